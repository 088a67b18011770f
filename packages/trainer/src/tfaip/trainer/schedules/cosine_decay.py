"""Exponential decay that ends in half a cosine, with a warm-up and a constant phase before it where wanted."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from tfaip.trainer.schedules.exponential_decay import ExponentialDecay

if TYPE_CHECKING:
    from tfaip.trainer.schedules.params import (
        CosineDecayParams,
        WarmupConstantCosineParams,
        WarmupCosineParams,
    )

__all__ = ["CosineDecay", "WarmupConstantCosine", "WarmupCosine"]


class CosineDecay(ExponentialDecay):
    """Exponential until `epochs - final`, and from there half a cosine down to `alpha` of the rate that was reached.

    With t the epochs since then: rate * (alpha + (1 - alpha) * (1/2 + 1/2 * cos(pi * t / final))). A training that is
    shorter than `final` is the cosine from its first to its last epoch.
    """

    def __init__(self, params: CosineDecayParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.alpha = params.alpha
        self.final = params.final_epochs
        self.delay = 0.0  # epochs before the decay

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        decaying = max(self.epochs - self.delay, 1.0)
        final = min(float(self.final), decaying)
        e = self.ops.maximum(e - self.delay, 0.0)
        reached = super().rate(self.ops.minimum(e, decaying - final))
        t = self.ops.minimum(self.ops.maximum(e - (decaying - final), 0.0), final)
        return reached * (self.alpha + (1 - self.alpha) * (0.5 + 0.5 * self.ops.cos(math.pi * t / final)))


class WarmupCosine(CosineDecay):
    """From lr / factor to lr in a straight line over the warm-up, by which the decay of `CosineDecay` is delayed."""

    def __init__(self, params: WarmupCosineParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.warmup = float(params.warmup_epochs)
        self.warmup_factor = params.warmup_factor
        self.delay = self.warmup

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs."""
        decayed = super().rate(e)
        if not self.warmup:
            return decayed
        lowest = self.lr / self.warmup_factor
        warming = lowest + (self.lr - lowest) * e / self.warmup
        return self.ops.where(e < self.warmup, warming, decayed)

    def misfits(self) -> list[str]:
        """Return whether the warm-up is too long."""
        if not self.warmup or self.warmup < self.epochs:
            return []
        return [f"The warm-up of {self.warmup:g} epochs (warmup_epochs) does not reach the learning rate {self.lr:g}"]


class WarmupConstantCosine(WarmupCosine):
    """The rate stays for `constant_epochs` between the warm-up and the decay of `WarmupCosine`."""

    def __init__(self, params: WarmupConstantCosineParams, epochs: int, ops: Any) -> None:
        super().__init__(params, epochs, ops)
        self.delay = self.warmup + params.constant_epochs

    def misfits(self) -> list[str]:
        """Return whether warm-up and constant phase leave no epoch for the decay."""
        if self.warmup >= self.epochs or self.delay < self.epochs:
            return super().misfits()
        return [f"The warm-up and constant_epochs take {self.delay:g} epochs; the decay does not start"]
