"""The schedules that `--trainer.learning_rate` offers."""

from __future__ import annotations

from tfaip.params.public_names import public_subclasses
from tfaip.trainer.schedules.base import LearningRateParams

__all__ = ["SCHEDULES"]

SCHEDULES = public_subclasses("tfaip.trainer.schedules", LearningRateParams)
