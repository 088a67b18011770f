"""Flows: iterators of portions, each on top of the one before, from the source to the batcher."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import deque
from collections.abc import Iterator
from functools import cached_property
from time import perf_counter

from tfaip.pipeline.engine.counters import Counters
from tfaip.pipeline.engine.recycled_memory import RecycledMemory
from tfaip.pipeline.engine.stream.portion import EndOfPass, Indices, PackedRows, ShardChunk, StreamItem
from tfaip.pipeline.engine.stream.source import Source
from tfaip.pipeline.engine.stream.state import PipelineState
from tfaip.pipeline.engine.work.segment import Segment
from tfaip.pipeline.engine.worker_pool import Task, WorkerPool
from tfaip.pipeline.user_code import SampleError

__all__ = ["EndedFlow", "Flow", "LocalFlow", "SourceFlow", "WorkerFlow"]

_AUTOMATIC_BYTES = 1 << 25
_AUTOMATIC_MOST = 64
_ADJUSTED_EVERY = 16
"""Without a `prefetch`, as many small batches are made in advance as fit into so many bytes, within this number."""


class Flow(ABC, Iterator[StreamItem]):
    """An iterator of portions and ends of passes, which can say whether the next one has to be waited for."""

    @abstractmethod
    def ready(self) -> bool:
        """Whether `next` gives an item (or ends) without waiting for a worker."""


class EndedFlow(Flow):
    """The rest of a flow whose results nobody wants any more."""

    def ready(self) -> bool:
        """Always."""
        return True

    def __next__(self) -> StreamItem:
        raise StopIteration


class SourceFlow(Flow):
    """The beginning of all flows. Where it reads samples, the time counts as that of the first operation."""

    def __init__(self, source: Source, start: PipelineState, counters: Counters, *, repeat: bool) -> None:
        self._items = source.items(start, repeat=repeat)
        self._reading = counters.segments[0].operations[0]

    def ready(self) -> bool:
        """Always: nothing here is done by a worker."""
        return True

    def __next__(self) -> StreamItem:
        began = perf_counter()
        item = next(self._items)
        if not isinstance(item, Indices | ShardChunk):
            self._reading.seconds += perf_counter() - began
        return item


class LocalFlow(Flow):
    """Runs a segment in this process."""

    def __init__(self, segment: Segment, number: int, upstream: Flow, counters: Counters) -> None:
        self._segment = segment
        self._number = number
        self._upstream = upstream
        self._counters = counters

    @cached_property
    def _memory(self) -> RecycledMemory:
        return RecycledMemory()

    def ready(self) -> bool:
        """Whether there is something to work on."""
        return self._upstream.ready()

    def __next__(self) -> StreamItem:
        item = next(self._upstream)
        if isinstance(item, EndOfPass):
            return item
        result, report = self._segment.run(item, allocate=self._memory.allocate)
        self._counters.add(self._number, report)
        if isinstance(item, ShardChunk):
            item.was_read(result.read)
        return result


class WorkerFlow(Flow):
    """Keeps up to `prefetch` portions in the making, those included that are done and wait for their turn.

    Args:
        pool: The workers.
        segment: The number of the segment.
        upstream: Gives the portions.
        prefetch: How many portions may be in the making; None chooses.
        counters: Told how many are; None for a queue that is not the last one.
    """

    def __init__(
        self, pool: WorkerPool, segment: int, upstream: Flow, *, prefetch: int | None, counters: Counters | None
    ) -> None:
        self._pool = pool
        self._segment = segment
        self._upstream = upstream
        self._automatic = prefetch is None
        self._limit = prefetch or 2 * pool.size + 2
        self._counters = counters
        self._queue: deque[Task | EndOfPass | SampleError] = deque()
        self._in_flight = 0
        self._exhausted = False

    def ready(self) -> bool:
        """Whether the first portion in line is done."""
        if self._queue:
            head = self._queue[0]
            return not isinstance(head, Task) or head.result is not None
        return self._exhausted

    def __next__(self) -> StreamItem:
        self._pool.require_own()
        self._fill()
        ready = self._in_flight - self._pool.unfinished(self._segment)
        if (counters := self._counters) is not None:
            counters.limit, counters.in_flight, counters.ready = self._limit, self._in_flight, ready
        if 2 * ready < self._in_flight:
            # Without waiting: arrived results make room for further work, in any order.
            self._pool.turn(wait=False)
        while not self.ready():
            self._pool.turn(wait=True)
            self._fill()
        if not self._queue:
            raise StopIteration
        head = self._queue.popleft()
        if isinstance(head, EndOfPass):
            return head
        if isinstance(head, SampleError):
            raise head
        self._in_flight -= 1
        if isinstance(head.result, Exception):
            raise head.result
        assert head.result is not None
        if self._automatic and not head.number % _ADJUSTED_EVERY:
            self._adjust(head.result)
        return head.result

    def _adjust(self, result: StreamItem) -> None:
        if isinstance(result, PackedRows) and result.packed is not None:
            size = sum(array.nbytes for array in result.packed.arrays)
            self._limit = max(2 * self._pool.size + 2, min(_AUTOMATIC_MOST, _AUTOMATIC_BYTES // max(size, 1)))

    def _fill(self) -> None:
        # The ends of passes count too: a source whose passes are empty would be asked for ever.
        while not self._exhausted and self._in_flight < self._limit and len(self._queue) < 2 * self._limit:
            if self._in_flight and not self._upstream.ready():
                return
            try:
                item = next(self._upstream, None)
            except SampleError as failure:
                # Not before the portions that come earlier.
                self._queue.append(failure)
                self._exhausted = True
                return
            if item is None:
                self._exhausted = True
            elif isinstance(item, EndOfPass):
                self._queue.append(item)
            else:
                self._queue.append(self._pool.submit(self._segment, item))
                self._in_flight += 1
