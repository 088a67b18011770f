"""The errors of predictions that their user can mend."""

from __future__ import annotations

from tfaip.params import UserError

__all__ = ["PredictionError"]


class PredictionError(UserError, ValueError):
    """A prediction or an evaluation can't be made."""
