"""`WorkerPool`: hands tasks to workers and collects the results; the part that processes and threads share."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections import Counter, deque
from dataclasses import dataclass, field

from tfaip.pipeline.engine.counters import Counters
from tfaip.pipeline.engine.plan import WorkerSettings
from tfaip.pipeline.engine.stream.portion import PackedRows, Portion, Samples, ShardChunk
from tfaip.pipeline.errors import PipelineError

__all__ = ["GRACE", "TICK", "PoolClosedError", "Task", "WorkerPool"]

TICK = 0.1
"""Seconds after which a waiting pool looks for workers that are stuck, and whether it was closed by another thread."""

GRACE = 1.0
"""Seconds that workers are given to finish their sample when the pool closes."""


class PoolClosedError(PipelineError):
    """Another thread closed the pool while this one waited for it."""


@dataclass(slots=True, eq=False)
class Task:
    """A portion that has to go through a segment.

    Attributes:
        is_trial: Whether it is done to see what comes of it, so that it does not count.
        result: The samples or rows, or the error.
        deaths: By element, how many workers died while working on it.
        skip: Elements that are left out.
    """

    number: int
    segment: int
    portion: Portion
    is_trial: bool = False
    result: Samples | PackedRows | Exception | None = None
    deaths: dict[int, int] = field(default_factory=dict)
    skip: set[int] = field(default_factory=set)


class WorkerPool(ABC):
    """A few workers that run the segments of one plan.

    Args:
        settings: The number of workers, and the reaction to one that is stuck or dead.
        skip_bad_samples: Whether a sample that holds up or ends its worker is left out.
        counters: Gets the reports of the workers.

    Attributes:
        interrupted: Set by another thread to let a waiting consumer come back.
    """

    def __init__(self, settings: WorkerSettings, *, skip_bad_samples: bool, counters: Counters) -> None:
        self._settings = settings
        self._skip_bad_samples = skip_bad_samples
        self._counters = counters
        # Tasks for any worker, and by place those for the worker that reads their lanes.
        self._backlog: deque[Task] = deque()
        self._of_lanes: list[deque[Task]] = [deque() for _ in range(settings.workers)]
        self._unfinished: Counter[int] = Counter()
        self._next_number = 0
        self._owner = os.getpid()
        self.interrupted = False

    @property
    def size(self) -> int:
        """The number of workers."""
        return self._settings.workers

    @abstractmethod
    def process_ids(self) -> list[int]:
        """The ids of the workers' own processes."""

    def submit(self, segment: int, portion: Portion, *, is_trial: bool = False) -> Task:
        """Ask for a segment to be run on a portion; `turn` sees to it."""
        task = Task(self._next_number, segment, portion, is_trial)
        self._next_number += 1
        self._queue_of(task).append(task)
        self._unfinished[segment] += 1
        return task

    def unfinished(self, segment: int) -> int:
        """How many tasks of a segment were asked for, and have not come back so far as is known."""
        return self._unfinished[segment]

    @abstractmethod
    def turn(self, *, wait: bool) -> None:
        """Hand out tasks and take results, after waiting for something to happen if that is wanted.

        Raises:
            WorkerDiedError, WorkerStartError, SampleTimeoutError: As the settings say.
            PoolClosedError: The pool was closed in the meantime.
        """

    @abstractmethod
    def close(self) -> None:
        """End all workers: those that are idle at once, the others after their sample, or by force."""

    def _queue_of(self, task: Task) -> deque[Task]:
        portion = task.portion
        return self._of_lanes[portion.lane % self.size] if isinstance(portion, ShardChunk) else self._backlog

    def _next_for(self, place: int) -> deque[Task] | None:
        """The queue with the first task that the worker at a place can do; None if there is none."""
        queues = [queue for queue in (self._backlog, self._of_lanes[place]) if queue]
        return min(queues, key=lambda queue: queue[0].number, default=None)

    @property
    def is_of_parent(self) -> bool:
        """Whether this process is a fork of the one that made the pool: it has no workers of its own."""
        return self._owner != os.getpid()

    def require_own(self) -> None:
        """Check that this process has made the pool.

        Raises:
            PipelineError: It is a fork of that process.
        """
        if self.is_of_parent:
            raise PipelineError(
                f"the workers of this pipeline belong to process {self._owner}, of which this process is a fork: open "
                "the pipeline here, in the fork"
            )

    def _require_open(self) -> None:
        if self.interrupted:
            raise PoolClosedError("the pipeline was closed")

    def _bad_element(self, task: Task, element: int, error: PipelineError) -> None:
        """Leave an element out from now on, if bad samples are skipped."""
        if not self._skip_bad_samples or element < 0:
            raise error
        task.skip.add(element)
        if not task.is_trial:
            self._counters.count_bad(str(error))
