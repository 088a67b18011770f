"""Parameters of learning-rate schedules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable
from typing import Any

from tfaip.params import field, params

__all__ = ["ConstantParams", "ExponentialDecayParams", "LearningRateParams", "Schedule"]

# From the place in the training, in epochs of data (a float32 scalar tensor), to the learning rate (likewise).
Schedule = Callable[[Any], Any]


@params
class LearningRateParams(ABC):
    """Base of the learning-rate schedules' parameters."""

    lr: float = field(default=0.001, help="Learning rate that the schedule starts from")
    offset_epochs: int = field(default=0, help="Epochs at the start that the schedule does not count")
    step_function: bool = field(default=True, help="Change the rate between epochs only, not within them")

    @abstractmethod
    def create(self) -> Schedule:
        """Return the schedule."""


@params(name="Constant")
class ConstantParams(LearningRateParams):
    """The same learning rate throughout."""

    def create(self) -> Schedule:
        """Return the schedule."""
        from tfaip.trainer.schedules.constant import Constant

        return Constant(self)


@params(name="ExponentialDecay")
class ExponentialDecayParams(LearningRateParams):
    """A rate that is multiplied by a factor every few epochs."""

    learning_circle: int = field(default=3, help="Epochs between two multiplications")
    lr_decay_rate: float = field(default=0.99, help="The factor")
    lr_min_fraction: float = field(default=0.0, help="Share of the first rate below which it does not fall")

    def create(self) -> Schedule:
        """Return the schedule."""
        from tfaip.trainer.schedules.exponential_decay import ExponentialDecay

        return ExponentialDecay(self)
