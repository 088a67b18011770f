"""Exponential decay."""

from __future__ import annotations

from typing import Any

from attrs.validators import ge, gt

from tfaip.params import field, params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["ExponentialDecay", "ExponentialDecayParams"]


@params(
    name="ExponentialDecay",
    former_tags=[
        "tfaip.trainer.schedules.params:ExponentialDecayParams",
        "tfaip.trainer.scheduler.exponential_decay_params:ExponentialDecayParams",
    ],
)
class ExponentialDecayParams(LearningRateParams):
    """A rate that is multiplied by a factor every few epochs."""

    learning_cycle: int = field(
        default=3,
        validator=ge(1),
        aliases=["learning_circle"],
        former_names=["learning_circle"],
        help="Epochs between two multiplications",
    )
    lr_decay_rate: float = field(basic=True, default=0.99, validator=gt(0), help="The factor")
    lr_min_fraction: float = field(
        default=0.0, former_names=["decay_min_fraction"], help="Lowest rate, as a fraction of lr"
    )

    def cls(self) -> type[ExponentialDecay]:
        """Return the schedule's class."""
        return ExponentialDecay


class ExponentialDecay(Schedule):
    """max(lr * min_fraction, lr * rate ^ floor(e / cycle))."""

    def __init__(self, params: ExponentialDecayParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.cycle = params.learning_cycle
        self.factor = params.lr_decay_rate
        self.min_fraction = params.lr_min_fraction

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        cycles = self.ops.floor(e / float(self.cycle))
        fraction = self.ops.power(self.ops.full_like(cycles, self.factor), cycles)
        return self.lr * self.ops.maximum(fraction, self.min_fraction)
