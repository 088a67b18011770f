"""Polynomial decay."""

from __future__ import annotations

from typing import Any

from attrs.validators import ge, gt

from tfaip.params import field, params
from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["Polynomial", "PolynomialParams"]


@params(name="Polynomial", former_tags=["tfaip.trainer.schedules.params:PolynomialParams"])
class PolynomialParams(LearningRateParams):
    """A rate that falls as a polynomial: in a straight line with power 1."""

    decay_epochs: int | None = field(default=None, help="Epochs of the decay; default: the whole training")
    power: float = field(default=1.0, validator=gt(0), help="Power of the polynomial")
    end_fraction: float = field(default=0.0, validator=ge(0), help="Final rate, as a fraction of lr")
    step_function: bool = field(default=False, help="Change the rate between epochs only, not within them")

    def cls(self) -> type[Polynomial]:
        """Return the schedule's class."""
        return Polynomial


class Polynomial(Schedule):
    """lr * (end + (1 - end) * (1 - min(e, d) / d) ^ power), with d the epochs of the decay."""

    def __init__(self, params: PolynomialParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.decay_epochs = float(params.decay_epochs or self.epochs)
        self.power = params.power
        self.end_fraction = params.end_fraction

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        left = 1.0 - self.ops.minimum(e, self.decay_epochs) / self.decay_epochs
        falling = self.ops.power(left, self.power)
        return self.lr * (self.end_fraction + (1 - self.end_fraction) * falling)

    def misfits(self) -> list[str]:
        """Return whether the decay is too long."""
        if self.decay_epochs <= self.epochs:
            return []
        return [f"The decay of {self.decay_epochs:g} epochs (decay_epochs) does not end"]
