"""What the consumer's process and a worker tell each other."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from .portion import PackedRows, Portion, Samples
from .report import Report

__all__ = ["Done", "Failed", "Order", "Ready", "StartFailed"]


@dataclass(slots=True)
class Order:
    """Run a segment on a portion, leaving out the elements in `skip`; see `Runner.run`.

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
    """A task is done, after `seconds` of work."""

    task: int
    portion: Samples | PackedRows
    report: Report
    seconds: float

    def __reduce__(self) -> tuple[Any, ...]:
        return Done, (self.task, self.portion, self.report, self.seconds)


@dataclass(slots=True)
class Failed:
    """A task failed.

    Attributes:
        task: Which one.
        where: Processor and sample.
        error: The pickled error; None if it can't be pickled.
        summary: Its class and text.
        traceback: As Python prints it.
    """

    task: int
    where: str
    error: bytes | None
    summary: str
    traceback: str
