"""One cycle: up and down again."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tfaip.trainer.schedules.schedule import Schedule

if TYPE_CHECKING:
    from tfaip.trainer.schedules.params import OneCycleParams

__all__ = ["OneCycle"]


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
