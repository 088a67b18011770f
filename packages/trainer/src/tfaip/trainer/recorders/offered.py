"""The recorders that `--trainer.recorders` offers."""

from __future__ import annotations

from tfaip.params.public_names import public_subclasses
from tfaip.trainer.recorders.base import RecorderParams

__all__ = ["RECORDERS"]

RECORDERS = public_subclasses("tfaip.trainer.recorders", RecorderParams)
