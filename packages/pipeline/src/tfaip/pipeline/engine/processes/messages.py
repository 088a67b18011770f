"""What the consumer's process and a worker tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from tfaip.pipeline.batching.layout import Packed
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.stream.portion import Portion

__all__ = ["Done", "Failed", "Order", "Ready", "StartFailed"]


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
class StartFailed:
    """The worker could not build them; `traceback` says why."""

    traceback: str


@dataclass(slots=True)
class Done:
    """A task is done.

    Attributes:
        task: Which one.
        made: What has become of its portion, whose positions the other side knows: rows (None if there are none), or
            samples.
        elements: As in `Samples`.
        report: What happened.
        seconds: The time it took.
    """

    task: int
    made: Packed | list[Sample] | None
    elements: list[int] | None
    report: Report
    seconds: float

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


def _done(
    task: int, made: Any, is_packed: bool, elements: list[int] | None, report: tuple[Any, ...], seconds: float
) -> Done:
    return Done(task, Packed.of_parts(*made) if is_packed else made, elements, Report(*report), seconds)
