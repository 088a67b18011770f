"""Polynomial decay."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfaip.trainer.schedules.schedule import Schedule

if TYPE_CHECKING:
    from tfaip.trainer.schedules.params import PolynomialParams

__all__ = ["Polynomial"]


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
