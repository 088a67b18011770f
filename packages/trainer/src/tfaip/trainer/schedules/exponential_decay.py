"""Exponential decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfaip.trainer.schedules.schedule import Schedule

if TYPE_CHECKING:
    from tfaip.trainer.schedules.params import ExponentialDecayParams

__all__ = ["ExponentialDecay"]


class ExponentialDecay(Schedule):
    """max(lr * min_fraction, lr * rate ^ floor(e / circle))."""

    def __init__(self, params: ExponentialDecayParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.circle = params.learning_circle
        self.factor = params.lr_decay_rate
        self.min_fraction = params.lr_min_fraction

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        circles = self.ops.floor(e / float(self.circle))
        fraction = self.ops.power(self.ops.full_like(circles, self.factor), circles)
        return self.lr * self.ops.maximum(fraction, self.min_fraction)
