"""`Board`: shared memory in which a worker notes what it works on, to be read when it is dead or stuck."""

from __future__ import annotations

import mmap
import os
from time import monotonic
from typing import NamedTuple

__all__ = ["Board", "Note"]

_SIZE = 24
_IDLE = -1


class Note(NamedTuple):
    """What a worker works on.

    Attributes:
        task: The number of the task.
        element: The number of the element in its portion; -1 before the first one.
        since: When it began, on the monotonic clock, which all processes share.
    """

    task: int
    element: int
    since: float


class Board:
    """One worker's notes.

    Args:
        descriptor: Of the board that the other process has made; None makes one.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        if descriptor is None:
            descriptor = os.memfd_create("tfaip-pipeline-board", os.MFD_CLOEXEC)
            os.ftruncate(descriptor, _SIZE)
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, _SIZE)
        # One memory, seen as whole numbers and as times.
        self._numbers = memoryview(self._memory).cast("q")
        self._times = memoryview(self._memory).cast("d")
        self.idle()

    def begin(self, task: int) -> None:
        """The work on a task begins."""
        self.begin_element(-1)
        self._numbers[0] = task

    def begin_element(self, element: int) -> None:
        """The work on an element of the task begins."""
        # For each sample: several times faster than struct.
        self._times[2] = monotonic()
        self._numbers[1] = element

    def idle(self) -> None:
        """There is nothing to do."""
        self._numbers[0] = _IDLE

    def read(self) -> Note | None:
        """What was noted last; None if there is nothing to do."""
        task, element, since = self._numbers[0], self._numbers[1], self._times[2]
        return None if task == _IDLE else Note(task, element, since)

    def close(self) -> None:
        """Close the file descriptor; the memory stays."""
        os.close(self.descriptor)
