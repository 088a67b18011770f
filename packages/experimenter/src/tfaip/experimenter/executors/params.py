"""The base of the parameters of executors."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Self

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.interface import Executor
from tfaip.experimenter.executors.slots import Slot
from tfaip.params import CommandLine, CommandLineError, Creates, params

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

    def for_row(self, resources: Sequence[str]) -> Self:
        """Return the parameters of one job: these, changed by the words of its row.

        Args:
            resources: Words such as `gpus=2`.

        Raises:
            ExperimenterError: There is no such parameter, or the value is none of its.
        """
        if not resources:
            return self
        command = CommandLine("tfaip-experimenter")
        command.add_root("executor", type(self), default=self, fixed_class=True)
        try:
            changed: Self = command.parse_or_raise([f"--executor.{word}" for word in resources])["executor"]
        except CommandLineError as error:
            raise ExperimenterError(str(error)) from None
        return changed

    def require_slots(self, slots: Sequence[Slot]) -> None:
        """Refuse slots that this executor can't fill; by default it can fill any.

        Raises:
            ExperimenterError: It names the slot, and those that there are.
        """
