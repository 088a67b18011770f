"""A rate that stays."""

from __future__ import annotations

from typing import Any

from tfaip.params import params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["Constant", "ConstantParams"]


@params(
    name="Constant",
    former_tags=["tfaip.trainer.schedules.params:ConstantParams", "tfaip.trainer.scheduler.constant_params:Constant"],
)
class ConstantParams(LearningRateParams):
    """The same learning rate throughout."""

    def cls(self) -> type[Constant]:
        """Return the schedule's class."""
        return Constant


class Constant(Schedule):
    """lr."""

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        return self.ops.full_like(e, self.lr)
