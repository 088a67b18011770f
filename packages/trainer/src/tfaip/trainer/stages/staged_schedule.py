"""One learning rate over all stages of a run."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import accumulate
from typing import Any

from tfaip.trainer.schedules.base import LearningRateParams, Schedule

__all__ = ["StagedSchedule"]


class StagedSchedule(Schedule):
    """The schedule of the run, and in some stages another one that counts from the first epoch of the stage.

    The stage is a variable, so that the next stage needs no other compiled step.

    Args:
        params: Parameters of the schedule of the run.
        run: The schedule of the run, which counts all epochs.
        own: The schedule of each stage; `None` for that of the run.
        epochs: Epochs of each stage, as planned.
    """

    def __init__(
        self, params: LearningRateParams, run: Schedule, own: Sequence[Schedule | None], epochs: Sequence[int]
    ) -> None:
        super().__init__(params, sum(epochs), run.ops)
        self._run = run
        self._own = list(own)
        self._firsts = [0, *accumulate(epochs)][:-1]
        self._number = 1
        self._place: Any = None
        if run.ops.__name__ != "numpy":
            import keras
            import numpy as np

            # Number of the stage, from 1, and the epochs before it.
            self._place = keras.Variable(
                np.array([1.0, 0.0]), dtype="float32", trainable=False, aggregation="only_first_replica", name="stage"
            )

    def begin_stage(self, number: int, epochs_before: int) -> None:
        """Go on with the schedule of a stage; a checkpoint holds both numbers elsewhere.

        Args:
            number: Its number, from 1.
            epochs_before: Epochs that were trained before it.
        """
        self._number = number
        if self._place is not None:
            self._place.assign([float(number), float(epochs_before)])

    def __call__(self, epoch: Any) -> Any:
        """Return the rate at `epoch`, counted over all stages; on NumPy, the stages have their planned epochs."""
        ops, rate = self.ops, self._run(epoch)
        for number, schedule in enumerate(self._own, start=1):
            if self._place is None:
                first = float(self._firsts[number - 1])
                is_on = epoch >= first
            else:
                is_on, first = ops.equal(self._place[0], float(number)), self._place[1]
            chosen = self._run(epoch) if schedule is None else schedule(ops.maximum(epoch - first, 0.0))
            rate = ops.where(is_on, chosen, rate)
        return rate

    def rate(self, e: Any) -> Any:
        """Return the rate at `e` epochs."""
        return self(e)

    def require_logs(self, names: Sequence[str]) -> None:
        """Let all schedules find their logs."""
        for schedule in self._all():
            schedule.require_logs(names)

    def end_epoch(self, logs: Mapping[str, float]) -> None:
        """Tell the schedule that is on."""
        (self._own[self._number - 1] or self._run).end_epoch(logs)

    def unfinished_phases(self) -> list[str]:
        """Return the sentences of all schedules that are on at some time."""
        used = [schedule for schedule in self._all() if schedule is not self._run or None in self._own]
        return [sentence for schedule in used for sentence in schedule.unfinished_phases()]

    @property
    def variables(self) -> list[Any]:
        """All that the schedules remember."""
        return [variable for schedule in self._all() for variable in schedule.variables]

    def _all(self) -> list[Schedule]:
        return [self._run, *(schedule for schedule in self._own if schedule)]
