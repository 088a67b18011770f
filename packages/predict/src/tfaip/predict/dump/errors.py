"""The error of dumps."""

from __future__ import annotations

from tfaip.predict.errors import PredictionError

__all__ = ["DumpError"]


class DumpError(PredictionError):
    """A dump can't be written or read."""
