"""`WorkerFlow`: runs a segment in the workers, many portions at a time, and hands the results out in order."""

from __future__ import annotations

from collections import deque

from tfaip.pipeline.engine.counters import Counters
from tfaip.pipeline.engine.processes.pool import Task, WorkerPool
from tfaip.pipeline.engine.stream.flow import Flow
from tfaip.pipeline.engine.stream.portion import EndOfPass, PackedRows, Token
from tfaip.pipeline.user_code import SampleError

__all__ = ["WorkerFlow"]

_AUTOMATIC_BYTES = 1 << 25
_AUTOMATIC_MOST = 64
_ADJUSTED_EVERY = 16
"""Without a `prefetch`, as many small batches are made in advance as fit into so many bytes, within this number."""


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

    def __next__(self) -> Token:
        self._fill()
        ready = self._in_flight - self._pool.unfinished(self._segment)
        if (counters := self._counters) is not None:
            counters.limit, counters.in_flight, counters.ready = self._limit, self._in_flight, ready
        if 2 * ready < self._in_flight:
            # Without waiting: results that have arrived make room for further work, whoever is first in line.
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

    def _adjust(self, result: Token) -> None:
        if isinstance(result, PackedRows) and result.packed is not None:
            size = sum(array.nbytes for array in result.packed.arrays)
            self._limit = max(2 * self._pool.size + 2, min(_AUTOMATIC_MOST, _AUTOMATIC_BYTES // max(size, 1)))

    def _fill(self) -> None:
        # The ends of passes count too: a source whose passes are empty would be asked for ever.
        while not self._exhausted and self._in_flight < self._limit and len(self._queue) < 2 * self._limit:
            if self._in_flight and not self._upstream.ready():
                return
            try:
                token = next(self._upstream, None)
            except SampleError as failure:
                # Not before the portions that come earlier.
                self._queue.append(failure)
                self._exhausted = True
                return
            if token is None:
                self._exhausted = True
            elif isinstance(token, EndOfPass):
                self._queue.append(token)
            else:
                self._queue.append(self._pool.submit(self._segment, token))
                self._in_flight += 1
