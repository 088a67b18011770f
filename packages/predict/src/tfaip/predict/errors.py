"""The errors of predictions that their user can mend."""

from __future__ import annotations

__all__ = ["PredictionError"]


class PredictionError(ValueError):
    """What was asked for can't be predicted or evaluated."""
