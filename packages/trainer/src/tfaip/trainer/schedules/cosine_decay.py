"""Exponential decay that ends in half a cosine, with a warm-up and a constant phase before it where wanted."""

from __future__ import annotations

import math
from typing import Any

from attrs.validators import ge, gt

from tfaip.params import field, params
from tfaip.trainer.schedules.exponential_decay import ExponentialDecay, ExponentialDecayParams

__all__ = [
    "CosineDecay",
    "CosineDecayParams",
    "WarmupConstantCosine",
    "WarmupConstantCosineParams",
    "WarmupCosine",
    "WarmupCosineParams",
]


@params(
    name="CosineDecay",
    former_tags=[
        "tfaip.trainer.schedules.params:CosineDecayParams",
        "tfaip.trainer.scheduler.cosine_decay_params:CosineDecayParams",
    ],
)
class CosineDecayParams(ExponentialDecayParams):
    """Exponential decay, and half a cosine in the last epochs."""

    alpha: float = field(default=0.1, validator=ge(0), help="Final rate of the cosine, as a fraction of lr")
    final_epochs: int = field(default=50, validator=ge(1), help="Epochs of the cosine, at the end of the training")

    def cls(self) -> type[CosineDecay]:
        """Return the schedule's class."""
        return CosineDecay


@params(
    name="WarmupCosine",
    former_tags=[
        "tfaip.trainer.schedules.params:WarmupCosineParams",
        "tfaip.trainer.scheduler.cosine_decay_params:WarmupCosineDecayParams",
    ],
)
class WarmupCosineParams(CosineDecayParams):
    """A warm-up before exponential decay and cosine."""

    warmup_epochs: int = field(default=10, validator=ge(0), help="Epochs of the warm-up")
    warmup_factor: float = field(default=10.0, validator=gt(0), help="The warm-up starts at lr / factor")

    def cls(self) -> type[WarmupCosine]:
        """Return the schedule's class."""
        return WarmupCosine


@params(
    name="WarmupConstantCosine",
    former_tags=[
        "tfaip.trainer.schedules.params:WarmupConstantCosineParams",
        "tfaip.trainer.scheduler.cosine_decay_params:WarmupConstantCosineDecayParams",
    ],
)
class WarmupConstantCosineParams(WarmupCosineParams):
    """A warm-up and a constant phase before exponential decay and cosine."""

    constant_epochs: int = field(default=10, validator=ge(0), help="Epochs between the warm-up and the decay")

    def cls(self) -> type[WarmupConstantCosine]:
        """Return the schedule's class."""
        return WarmupConstantCosine


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
