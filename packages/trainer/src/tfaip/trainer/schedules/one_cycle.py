"""One cycle: up and down again."""

from __future__ import annotations

import math
from typing import Any

from attrs.validators import gt, lt

from tfaip.params import field, params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["OneCycle", "OneCycleParams"]


@params(name="OneCycle", former_tags=["tfaip.trainer.schedules.params:OneCycleParams"])
class OneCycleParams(LearningRateParams):
    """A rate that rises to lr and falls further than it rose, once over the training."""

    rising_fraction: float = field(
        default=0.3, validator=[gt(0), lt(1)], help="Fraction of the training in which the rate rises"
    )
    initial_factor: float = field(default=25.0, validator=gt(0), help="The cycle starts at lr / factor")
    final_factor: float = field(default=250000.0, validator=gt(0), help="The cycle ends at lr / factor")
    step_function: bool = field(default=False, help="Change the rate between epochs only, not within them")

    def cls(self) -> type[OneCycle]:
        """Return the schedule's class."""
        return OneCycle


class OneCycle(Schedule):
    """Half a cosine from lr / initial_factor up to lr, and one down to lr / final_factor (Smith and Topin, 2018)."""

    def __init__(self, params: OneCycleParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.rising = params.rising_fraction * self.epochs
        self.first = params.lr / params.initial_factor
        self.last = params.lr / params.final_factor

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        up = self._half_cosine(self.first, self.lr, e / self.rising)
        down = self._half_cosine(self.lr, self.last, (e - self.rising) / (self.epochs - self.rising))
        return self.ops.where(e < self.rising, up, down)

    def _half_cosine(self, start: float, end: float, share: Any) -> Any:
        share = self.ops.minimum(self.ops.maximum(share, 0.0), 1.0)
        return end + (start - end) * (0.5 + 0.5 * self.ops.cos(math.pi * share))
