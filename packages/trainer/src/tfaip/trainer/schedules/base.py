"""The base of all learning-rate schedules."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import Any

from tfaip.params import Creates, field, params
from tfaip.pipeline.hooks import Hooked, hook, returned

__all__ = ["LearningRateParams", "Schedule"]


@params(group="tfaip.schedules")
class LearningRateParams(Creates["Schedule"]):
    """Base of the learning-rate schedules' parameters.

    Other distributions add schedules by the entry-point group `tfaip.schedules`.
    """

    lr: float = field(basic=True, default=0.001, help="Learning rate that the schedule starts from")
    offset_epochs: int = field(default=0, help="First epochs that the schedule does not count")
    step_function: bool = field(default=True, help="Change the rate between epochs only, not within them")

    def create(self, epochs: int, ops: Any = None) -> Schedule:
        """Return the schedule.

        Args:
            epochs: Epochs of the whole training; on resume, those that are planned then.
            ops: Variables of the rate: `numpy`, or by default `keras.ops`.
        """
        if ops is None:
            import keras

            ops = keras.ops
        return self.cls()(self, epochs, ops)


class Schedule(Hooked, ABC):
    """A learning rate as a function of the place in the training.

    Formulas are written in functions that NumPy and `keras.ops` both have, so that a rate can be drawn without
    TensorFlow.

    Args:
        params: Parameters of the schedule.
        epochs: Epochs of the whole training.
        ops: `keras.ops`, or `numpy`.
    """

    def __init__(self, params: LearningRateParams, epochs: int, ops: Any) -> None:
        self.lr = params.lr
        self.ops = ops
        self.offset = params.offset_epochs
        self.step_function = params.step_function
        # Epochs that are counted from the first to the end of the training.
        self.epochs = max(epochs - params.offset_epochs, 1)
        self._starts = params.offset_epochs < epochs

    def __call__(self, epoch: Any) -> Any:
        """Return the rate at `epoch`: the epochs of data that were trained on so far, a float32 scalar.

        The variable is e = max(0, epoch - offset), with whole epochs where the schedule is a step function.
        """
        whole = self.ops.floor(epoch) if self.step_function else epoch
        rate = self.rate(self.ops.maximum(whole - float(self.offset), 0.0))
        return returned(self, "rate", rate, _is_number, "a number")

    @abstractmethod
    @hook
    def rate(self, e: Any) -> Any:
        """Return the rate at `e` counted epochs, a float32 scalar, or an array of them."""

    # Most schedules need no logs.
    @hook
    def require_logs(self, names: Sequence[str]) -> None:
        """Raise a `ParamsError` if the schedule needs a log that is none of `names`."""

    @hook
    def end_epoch(self, logs: Mapping[str, float]) -> None:
        """Take the logs of an epoch into account."""

    def unfinished_phases(self) -> list[str]:
        """Return a sentence for each phase that does not end, or start, within the training."""
        if not self._starts:
            return [f"The schedule never starts: offset_epochs {self.offset} must be below the epochs of the training"]
        return [f"{sentence} within the {self.epochs} epochs of the schedule" for sentence in self.misfits()]

    def misfits(self) -> list[str]:
        """Hook: return the phase that doesn't fit `self.epochs`, as the beginning of a sentence."""
        return []

    @property
    def variables(self) -> list[Any]:
        """Keras variables of a schedule that remembers something."""
        return []


def _is_number(rate: Any) -> bool:
    # A tensor, an array or a number; `None` is a forgotten `return`.
    return hasattr(rate, "dtype") or isinstance(rate, int | float)
