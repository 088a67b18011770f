"""A rate that drops at given epochs."""

from __future__ import annotations

from typing import Any

from attrs.validators import gt

from tfaip.params import field, params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["Step", "StepParams"]


@params(name="Step", former_tags=["tfaip.trainer.schedules.params:StepParams"])
class StepParams(LearningRateParams):
    """A rate that drops at given epochs."""

    milestones: list[int] = field(factory=lambda: [30, 60, 90], help="Epochs at which the rate drops")
    factor: float = field(default=0.1, validator=gt(0), help="Factor of the rate")

    def cls(self) -> type[Step]:
        """Return the schedule's class."""
        return Step


class Step(Schedule):
    """lr * factor ^ (milestones that are reached)."""

    def __init__(self, params: StepParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.milestones = params.milestones
        self.factor = params.factor

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        rate = self.ops.full_like(e, self.lr)
        for milestone in self.milestones:
            rate = self.ops.where(e >= milestone, rate * self.factor, rate)
        return rate

    def misfits(self) -> list[str]:
        """Return the milestones that are not reached."""
        late = [milestone for milestone in self.milestones if milestone >= self.epochs]
        if not late:
            return []
        return [f"The rate does not drop at the milestones {', '.join(map(str, late))}, which are not reached"]
