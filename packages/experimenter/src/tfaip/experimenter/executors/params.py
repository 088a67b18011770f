"""The base of the parameters of executors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from tfaip.experimenter.executors.interface import Executor
from tfaip.experimenter.executors.slots import Slot
from tfaip.params import Creates, params

__all__ = ["ExecutorParams"]


@params(group="tfaip.executors")
class ExecutorParams(Creates[Executor]):
    """Base of the parameters of executors; `cls` names the executor.

    Other distributions add executors by the entry-point group `tfaip.executors`.
    """

    def create(self, folder: Path) -> Executor:
        """Make the executor.

        Args:
            folder: Where it may keep its records, beside the state of the queue.
        """
        return super().create(folder)

    def require_slots(self, slots: Sequence[Slot]) -> None:
        """Refuse slots that this executor can't fill; by default it can fill any.

        Raises:
            ExperimenterError: It names the slot, and those that there are.
        """
