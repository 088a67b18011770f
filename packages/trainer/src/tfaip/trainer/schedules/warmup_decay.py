"""A warm-up, then a decay with the square root of the time."""

from __future__ import annotations

from typing import Any

from attrs.validators import ge

from tfaip.params import field, params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["WarmupDecay", "WarmupDecayParams"]


@params(
    name="WarmupDecay",
    former_tags=[
        "tfaip.trainer.schedules.params:WarmupDecayParams",
        "tfaip.trainer.scheduler.warmup_decay_params:WarmupDecayParams",
    ],
)
class WarmupDecayParams(LearningRateParams):
    """A warm-up, then a decay with the square root of the epochs."""

    warmup_epochs: int = field(default=10, former_values={-1: 10}, validator=ge(1), help="Epochs of the warm-up")

    def cls(self) -> type[WarmupDecay]:
        """Return the schedule's class."""
        return WarmupDecay


class WarmupDecay(Schedule):
    """lr * sqrt(w) * min(s^-1/2, s * w^-3/2), which is lr at s = w (Vaswani et al., 2017).

    s is the place in counted epochs. Where whole epochs are counted, it is the number of the epoch, from 1: from 0,
    the first epoch would train at rate 0.
    """

    def __init__(self, params: WarmupDecayParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.warmup = float(params.warmup_epochs)

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        s = e + 1.0 if self.step_function else e
        # Not below the warm-up's end, where the other term is the smaller one: s may be 0 there.
        falling = self.ops.sqrt(self.warmup / self.ops.maximum(s, self.warmup))
        return self.lr * self.ops.minimum(falling, s / self.warmup)

    def misfits(self) -> list[str]:
        """Return whether the warm-up is too long."""
        last = self.epochs if self.step_function else self.epochs - 1
        if self.warmup <= last or self.warmup < self.epochs:
            return []
        return [f"The warm-up of {self.warmup:g} epochs (warmup_epochs) does not reach the learning rate {self.lr:g}"]
