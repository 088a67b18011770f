"""Messages between the consumer's process and a worker, and the board in shared memory on which a worker notes."""

from __future__ import annotations

import mmap
import os
from dataclasses import dataclass
from time import monotonic
from typing import Any, NamedTuple

from tfaip.pipeline.batching.batch import Packed
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.stream.portion import ChunkRead, Portion

__all__ = ["Board", "Done", "Failed", "Note", "Notice", "Order", "Ready", "StartFailed"]

_SIZE = 24
_IDLE = -1


@dataclass(slots=True)
class Order:
    """Run a segment on a portion, leaving out the elements in `skip`; see `Segment.run`.

    Attributes:
        tell: Whether to send what has been done so far, rather than to wait for further results.
    """

    task: int
    segment: int
    portion: Portion
    skip: frozenset[int]
    is_trial: bool = False
    tell: bool = True

    def __reduce__(self) -> tuple[Any, ...]:
        return Order, (self.task, self.segment, self.portion, self.skip, self.is_trial, self.tell)


@dataclass(slots=True)
class Ready:
    """The worker has built generator and processors."""


@dataclass(slots=True)
class Notice:
    """Something to tell the user of all workers, once."""

    text: str


@dataclass(slots=True)
class StartFailed:
    """The worker could not build them; `reason` is a sentence, or a traceback."""

    reason: str


@dataclass(slots=True)
class Done:
    """A task is done.

    Attributes:
        task: Which one.
        made: The results of its portion, whose positions the other side knows: rows (None if there are none), or
            samples.
        elements: As in `Samples`.
        report: Its counts and times.
        seconds: The time it took.
        read: As in `Portion`.
    """

    task: int
    made: Packed | list[Sample] | None
    elements: list[int] | None
    report: Report
    seconds: float
    read: ChunkRead | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        # All in one, since each object costs more than a few fields, and this travels with each batch.
        made, report = self.made, self.report
        is_packed = isinstance(made, Packed)
        return _done, (
            self.task,
            made.parts() if isinstance(made, Packed) else made,
            is_packed,
            self.elements,
            report.parts(),
            self.seconds,
            None if self.read is None else tuple(self.read),
        )


@dataclass(slots=True)
class Failed:
    """A task failed.

    Attributes:
        task: Which one.
        where: Processor and sample.
        error: The pickled error; None if its class does not restore it as it was.
        text: Processor and sample, class and text of the error.
        notes: The notes of the error.
        traceback: As Python prints it.
        is_final: Whether no further message about the task follows. Before the last one, the error is pickled.
    """

    task: int
    where: str
    error: bytes | None
    text: str
    notes: list[str]
    traceback: str
    is_final: bool


class Note(NamedTuple):
    """The work of a worker at some moment.

    Attributes:
        task: The number of the task.
        element: The number of the element in its portion; -1 before the first one.
        since: When it began, on the monotonic clock, which all processes share.
    """

    task: int
    element: int
    since: float


class Board:
    """Shared memory in which a worker notes what it works on, to be read when it is dead or stuck.

    Args:
        descriptor: Of the board that the other process has made; None makes one.
    """

    def __init__(self, descriptor: int | None = None) -> None:
        if descriptor is None:
            descriptor = os.memfd_create("tfaip-pipeline-board", os.MFD_CLOEXEC)
        self.descriptor = descriptor
        try:
            os.truncate(descriptor, _SIZE)
            self._memory = mmap.mmap(descriptor, _SIZE)
        except BaseException:
            self.close()
            raise
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
        """The last note; None if there is nothing to do."""
        task, element, since = self._numbers[0], self._numbers[1], self._times[2]
        return None if task == _IDLE else Note(task, element, since)

    def close(self) -> None:
        """Close the file descriptor; the memory stays."""
        os.close(self.descriptor)


def _done(
    task: int,
    made: Any,
    is_packed: bool,
    elements: list[int] | None,
    report: tuple[Any, ...],
    seconds: float,
    read: tuple[Any, ...] | None,
) -> Done:
    made = Packed.of_parts(*made) if is_packed else made
    return Done(task, made, elements, Report(*report), seconds, None if read is None else ChunkRead(*read))
