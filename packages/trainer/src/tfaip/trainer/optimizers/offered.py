"""The optimizers that `--trainer.optimizer` offers."""

from __future__ import annotations

from tfaip.params.public_names import public_subclasses
from tfaip.trainer.optimizers.base import OptimizerParams

__all__ = ["OPTIMIZERS"]

OPTIMIZERS = public_subclasses("tfaip.trainer.optimizers", OptimizerParams)
