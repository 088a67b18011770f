"""`Counters`: the samples of a pipeline so far, and the time of each operation."""

from __future__ import annotations

import logging
from dataclasses import dataclass, field
from typing import Any

__all__ = ["CONSUMER", "WORKERS", "Counters", "OperationCounters", "Report", "SegmentCounters"]


@dataclass(slots=True)
class Report:
    """Counts of one portion.

    Attributes:
        read: Samples that came in.
        made: Samples that came out.
        dropped: Samples that a processor found invalid.
        seconds: Spent in the generator, in each processor of the segment, and in all that makes a batch of the results.
        failures: One line for each bad sample that was left out.
    """

    seconds: list[float]
    read: int = 0
    made: int = 0
    dropped: int = 0
    failures: list[str] = field(default_factory=list)

    def parts(self) -> tuple[Any, ...]:
        """The values from which another process makes the report again."""
        return self.seconds, self.read, self.made, self.dropped, self.failures


logger = logging.getLogger(__name__)

_NAMED = 8
"""So many bad samples are named one by one."""

WORKERS = "workers"
CONSUMER = "consumer"


@dataclass(slots=True)
class OperationCounters:
    """One operation: reading, a processor, or the making of a batch.

    Attributes:
        name: Class of the processor, or `read` or `batch`.
        where: The process in which it runs: "workers" or "consumer".
        seconds: Spent in it, added up over all processes.
    """

    name: str
    where: str
    seconds: float = 0.0


@dataclass(slots=True)
class SegmentCounters:
    """The operations of one process that follow each other, with the samples that came in and out."""

    operations: list[OperationCounters]
    read: int = 0
    made: int = 0
    dropped: int = 0

    @property
    def steps(self) -> list[OperationCounters]:
        """The former name of `operations`."""
        return self.operations


@dataclass(slots=True)
class Counters:
    """The work that a pipeline has done since its batches or samples were asked for.

    Attributes:
        segments: By segment, its operations and numbers of samples.
        processes: The number of workers.
        batching: The work of the consumer's process that puts batches together, where the workers can't.
        batches: Batches that were handed out.
        samples: Samples that were handed out, in batches or one by one.
        bad: Samples left out because their processing failed, or because they are of no use.
        restarts: Workers that were replaced because they died.
        waiting_seconds: Time the consumer has waited for batches.
        ready: Batches that were complete when the consumer last asked for one.
        in_flight: Portions in the making at that time, the complete ones included.
        limit: The most portions that may be in the making; 0 without workers.
    """

    segments: list[SegmentCounters]
    processes: int = 0
    batching: OperationCounters = field(default_factory=lambda: OperationCounters("batch", CONSUMER))
    batches: int = 0
    samples: int = 0
    bad: int = 0
    restarts: int = 0
    waiting_seconds: float = 0.0
    ready: int = 0
    in_flight: int = 0
    limit: int = 0

    @property
    def dropped(self) -> int:
        """Samples that processors found invalid."""
        return sum(segment.dropped for segment in self.segments)

    @property
    def skipped(self) -> int:
        """Samples that are in no batch: invalid ones and bad ones."""
        return self.dropped + self.bad

    @property
    def fill(self) -> float:
        """The share of the batches in the making that were complete when the consumer last asked, from 0 to 1."""
        return self.ready / self.limit if self.limit else 0.0

    @property
    def operations(self) -> list[OperationCounters]:
        """All operations in their order; one that has nothing to do where it stands is there too, without seconds."""
        return [*(operation for segment in self.segments for operation in segment.operations), self.batching]

    @property
    def steps(self) -> list[OperationCounters]:
        """The former name of `operations`."""
        return self.operations

    def slowest_operation(self) -> OperationCounters | None:
        """The operation that holds up the pipeline: the slowest one of the processes with most work.

        The workers share their work, so that two of them are done with it in half of its seconds. None before there was
        anything to do.
        """
        loads = {
            where: sum(operation.seconds for operation in self.operations if operation.where == where) / shared
            for where, shared in ((WORKERS, max(self.processes, 1)), (CONSUMER, 1))
        }
        busiest = max(loads, key=lambda where: loads[where])
        working = [operation for operation in self.operations if operation.where == busiest and operation.seconds]
        return max(working, key=lambda operation: operation.seconds, default=None)

    def slowest_step(self) -> OperationCounters | None:
        """The former name of `slowest_operation`."""
        return self.slowest_operation()

    def add(self, number: int, report: Report) -> None:
        """Add what happened in one portion."""
        segment = self.segments[number]
        segment.read += report.read
        segment.made += report.made
        for operation, seconds in zip(segment.operations, report.seconds, strict=True):
            operation.seconds += seconds
        if report.dropped:
            self.count_dropped(number, report.dropped)
        for failure in report.failures:
            self.count_bad(failure)

    def count_dropped(self, number: int, dropped: int = 1) -> None:
        """Count invalid samples, with a warning each time that their number has doubled."""
        before = self.dropped
        self.segments[number].dropped += dropped
        if (before + dropped).bit_length() > before.bit_length():
            logger.warning("Samples dropped as invalid so far: %d", before + dropped)

    def count_bad(self, failure: str) -> None:
        """Count a sample that is left out; a warning names the first ones, then one each time their number doubles."""
        self.bad += 1
        if self.bad <= _NAMED or self.bad.bit_length() > (self.bad - 1).bit_length():
            logger.warning("Bad samples skipped so far: %d, the last one %s", self.bad, failure)
