"""Parameters of learning-rate schedules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from attrs.validators import ge, gt, in_, lt

from tfaip.params import field, params
from tfaip.trainer.schedules.schedule import Schedule

__all__ = [
    "ConstantParams",
    "CosineDecayParams",
    "ExponentialDecayParams",
    "LearningRateParams",
    "OneCycleParams",
    "PolynomialParams",
    "ReduceOnPlateauParams",
    "StepParams",
    "WarmupConstantCosineParams",
    "WarmupCosineParams",
    "WarmupDecayParams",
]


@params
class LearningRateParams(ABC):
    """Base of the learning-rate schedules' parameters."""

    lr: float = field(default=0.001, help="Learning rate that the schedule starts from")
    offset_epochs: int = field(default=0, help="Epochs at the start that the schedule does not count")
    step_function: bool = field(default=True, help="Change the rate between epochs only, not within them")

    def create(self, epochs: int, ops: Any = None) -> Schedule:
        """Return the schedule.

        Args:
            epochs: Epochs of the whole training; on resume, those that are planned then.
            ops: What the rate is computed with: `numpy`, or by default `keras.ops`.
        """
        if ops is None:
            import keras

            ops = keras.ops
        schedule: Schedule = self.cls()(self, epochs, ops)
        return schedule

    @abstractmethod
    def cls(self) -> Any:
        """Return the schedule's class."""


@params(name="Constant")
class ConstantParams(LearningRateParams):
    """The same learning rate throughout."""

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.constant import Constant

        return Constant


@params(name="ExponentialDecay")
class ExponentialDecayParams(LearningRateParams):
    """A rate that is multiplied by a factor every few epochs."""

    learning_circle: int = field(default=3, validator=ge(1), help="Epochs between two multiplications")
    lr_decay_rate: float = field(default=0.99, validator=gt(0), help="The factor")
    lr_min_fraction: float = field(default=0.0, help="Share of the first rate below which it does not fall")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.exponential_decay import ExponentialDecay

        return ExponentialDecay


@params(name="CosineDecay")
class CosineDecayParams(ExponentialDecayParams):
    """Exponential decay, and half a cosine in the last epochs."""

    alpha: float = field(default=0.1, validator=ge(0), help="Share of the rate that the cosine ends at")
    final_epochs: int = field(default=50, validator=ge(1), help="Epochs of the cosine, the last ones of the training")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.cosine_decay import CosineDecay

        return CosineDecay


@params(name="WarmupCosine")
class WarmupCosineParams(CosineDecayParams):
    """A warm-up before exponential decay and cosine."""

    warmup_epochs: int = field(default=10, validator=ge(0), help="Epochs in which the rate grows")
    warmup_factor: float = field(default=10.0, validator=gt(0), help="The warm-up starts at lr / factor")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.cosine_decay import WarmupCosine

        return WarmupCosine


@params(name="WarmupConstantCosine")
class WarmupConstantCosineParams(WarmupCosineParams):
    """A warm-up and a constant phase before exponential decay and cosine."""

    constant_epochs: int = field(default=10, validator=ge(0), help="Epochs between the warm-up and the decay")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.cosine_decay import WarmupConstantCosine

        return WarmupConstantCosine


@params(name="WarmupDecay")
class WarmupDecayParams(LearningRateParams):
    """A warm-up, then a decay with the square root of the epochs."""

    warmup_epochs: int = field(default=10, validator=ge(1), help="Epochs in which the rate grows up to lr")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.warmup_decay import WarmupDecay

        return WarmupDecay


@params(name="Step")
class StepParams(LearningRateParams):
    """A rate that drops at given epochs."""

    milestones: list[int] = field(factory=lambda: [30, 60, 90], help="Epochs at whose begin the rate drops")
    factor: float = field(default=0.1, validator=gt(0), help="What it is multiplied by")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.step import Step

        return Step


@params(name="Polynomial")
class PolynomialParams(LearningRateParams):
    """A rate that falls as a polynomial: in a straight line with power 1."""

    decay_epochs: int | None = field(default=None, help="Epochs of the decay; default: the whole training")
    power: float = field(default=1.0, validator=gt(0), help="Power of the polynomial")
    end_fraction: float = field(default=0.0, validator=ge(0), help="Share of the first rate that it ends at")
    step_function: bool = field(default=False, help="Change the rate between epochs only, not within them")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.polynomial import Polynomial

        return Polynomial


@params(name="OneCycle")
class OneCycleParams(LearningRateParams):
    """A rate that rises to lr and falls further than it rose, once over the training."""

    rising_fraction: float = field(
        default=0.3, validator=[gt(0), lt(1)], help="Share of the training in which the rate rises"
    )
    initial_factor: float = field(default=25.0, validator=gt(0), help="The cycle starts at lr / factor")
    final_factor: float = field(default=250000.0, validator=gt(0), help="The cycle ends at lr / factor")
    step_function: bool = field(default=False, help="Change the rate between epochs only, not within them")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.one_cycle import OneCycle

        return OneCycle


@params(name="ReduceOnPlateau")
class ReduceOnPlateauParams(LearningRateParams):
    """A rate that drops when a log gets no better."""

    monitor: str = field(default="loss", help="The log; without val_, the validation's wherever there is validation")
    mode: str = field(default="min", choices=["min", "max"], validator=in_(["min", "max"]), help="What is better")
    factor: float = field(default=0.1, validator=[gt(0), lt(1)], help="What the rate is multiplied by")
    patience: int = field(default=10, validator=ge(1), help="Epochs without improvement before it drops")
    min_delta: float = field(default=1e-4, validator=ge(0), help="Change of the log that counts as an improvement")
    cooldown: int = field(default=0, validator=ge(0), help="Epochs after a drop that don't count")
    min_fraction: float = field(default=0.0, validator=ge(0), help="Share of lr below which the rate does not fall")

    def cls(self) -> Any:
        """Return the schedule's class."""
        from tfaip.trainer.schedules.reduce_on_plateau import ReduceOnPlateau

        return ReduceOnPlateau
