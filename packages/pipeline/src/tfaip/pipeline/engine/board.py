"""`Board`: shared memory in which a worker notes what it works on, to be read when it is dead or stuck."""

from __future__ import annotations

import mmap
import os
import struct
from time import monotonic
from typing import NamedTuple

__all__ = ["Board", "Note"]

_NOTE = struct.Struct("<qqd")
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
            os.ftruncate(descriptor, _NOTE.size)
        self.descriptor = descriptor
        self._memory = mmap.mmap(descriptor, _NOTE.size)
        self._task = _IDLE
        self.idle()

    def begin(self, task: int) -> None:
        """The work on a task begins."""
        self._task = task
        self.watch(-1)

    def watch(self, element: int) -> None:
        """The work on an element of the task begins."""
        _NOTE.pack_into(self._memory, 0, self._task, element, monotonic())

    def idle(self) -> None:
        """There is nothing to do."""
        self._task = _IDLE
        _NOTE.pack_into(self._memory, 0, _IDLE, -1, 0.0)

    def read(self) -> Note | None:
        """What was noted last; None if there is nothing to do."""
        note = Note(*_NOTE.unpack_from(self._memory, 0))
        return None if note.task == _IDLE else note

    def close(self) -> None:
        """Close the file descriptor; the memory stays."""
        os.close(self.descriptor)
