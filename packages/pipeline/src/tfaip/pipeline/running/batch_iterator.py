"""`BatchIterator`: the batches of a pipeline, one after the other, and the state after each of them."""

from __future__ import annotations

import threading
import weakref
from collections import deque
from collections.abc import Callable, Generator, Iterator, Mapping
from dataclasses import replace
from time import perf_counter
from typing import Any

from tfaip.pipeline.batching.batch import Batch
from tfaip.pipeline.engine.engine import Engine
from tfaip.pipeline.engine.stream.flow import Flow
from tfaip.pipeline.engine.stream.portion import EndOfPass, PackedRows, Samples
from tfaip.pipeline.engine.stream.state import PipelineState, ShardState
from tfaip.pipeline.engine.worker_pool import PoolClosedError
from tfaip.pipeline.errors import EmptyPassError, PipelineError, StateError
from tfaip.pipeline.running.batcher import BatchAt, Batcher
from tfaip.pipeline.user_code import SampleError

__all__ = ["REMEMBERED_STATES", "BatchIterator"]

REMEMBERED_STATES = 4096
"""Most batches between the last one handed out and the last one used: more than anybody prefetches."""


class BatchIterator(Iterator[Batch]):
    """Batches, in an order that depends on nothing but seed and data. Made by `DataPipeline.generate_input_batches`.

    It may be used from several threads, one of which is served at a time. After an error, each further `next` raises
    it again. A signal handler may ask for the state, or close it.
    """

    def __init__(
        self,
        engine: Engine,
        batcher: Batcher,
        *,
        start: PipelineState,
        seed: int,
        length: int | None,
        repeat: bool,
        layout: Mapping[str, Any] | None,
        why_empty: Callable[[int], str],
    ) -> None:
        self.counters = engine.counters
        self._why_empty = why_empty
        self._start = start
        self._seed = seed
        self._length = length
        self._layout = layout
        self._repeat = repeat
        self._engine = engine
        self._batches = self._make(engine.flow, batcher)
        self._delivered = 0
        self._states: deque[PipelineState] = deque([start], REMEMBERED_STATES)
        self._error: BaseException | None = None
        # A signal handler runs in the thread that it interrupts, which may hold the lock.
        self._lock = threading.RLock()
        self._is_working = False
        self._is_unwanted = False
        self._closed = False
        # For a consumer that neither closes it nor comes to its end; also called at the exit of the interpreter.
        self._finalizer = weakref.finalize(self, engine.close)

    def __next__(self) -> Batch:
        with self._lock:
            if self._error is not None:
                raise self._error
            if self._closed:
                raise StopIteration
            if self._is_working:
                raise PipelineError("a signal handler can't ask for a batch while the thread that it interrupts does")
            began = perf_counter()
            self._is_working = True
            try:
                batch, state = next(self._batches)
                if self._is_unwanted:
                    raise PoolClosedError("a signal handler closed the pipeline")
            except SampleError as failure:
                self._error = failure.original()
            except (StopIteration, PoolClosedError):
                self._close()
                raise StopIteration from None
            except BaseException as error:
                self._error = error
                self._close()
                raise
            else:
                self.counters.waiting_seconds += perf_counter() - began
                self.counters.batches += 1
                self.counters.samples += batch.size
                self._delivered += 1
                self._states.append(state)
                return batch
            finally:
                self._is_working = False
            self._close()
            # Outside of the except clause, so that the traceback is that of the processor and not one of the engine.
            raise self._error

    def state(self, delivered: int | None = None) -> dict[str, Any]:
        """A small JSON value that restores the pipeline right after a batch.

        Args:
            delivered: After how many batches of this iterator; by default after all that were handed out. A consumer
                that prefetches asks for the number of batches that it has used up.

        Raises:
            StateError: So many batches were not handed out, or too long ago.
        """
        with self._lock:
            count = self._delivered if delivered is None else delivered
            oldest = self._delivered - len(self._states) + 1
            if not oldest <= count <= self._delivered:
                raise StateError(f"delivered must be between {oldest} and {self._delivered}, got {delivered}")
            return self._states[count - oldest].to_json(self._seed, self._length, self._layout)

    def worker_process_ids(self) -> list[int]:
        """The ids of the worker processes; empty without workers, or when all is done."""
        pool = self._engine.pool
        return [] if pool is None else pool.process_ids()

    def close(self) -> None:
        """End the workers. Batches that were handed out stay valid. Another thread that waits for one gets none."""
        self._engine.interrupt()
        with self._lock:
            if self._is_working:
                self._is_unwanted = True  # the interrupted `next` closes it
            else:
                self._close()

    def _close(self) -> None:
        if not self._closed:
            self._closed = True
            # Also the batch that is held back, whose memory would stay as long as this object.
            self._batches.close()
            self._finalizer()

    def _make(self, flow: Flow, batcher: Batcher) -> Generator[BatchAt, None, None]:
        # One batch is held back until it is known whether another one of this pass follows.
        held: BatchAt | None = None
        start, skip = self._start, 0
        batches_of_pass = int(start.position > 0)
        if start.shards is not None:
            batches_of_pass, skip = start.shards.batches, start.shards.skip
        try:
            while (item := next(flow, None)) is not None:
                if isinstance(item, EndOfPass):
                    completed = batcher.flush()
                else:
                    assert isinstance(item, Samples | PackedRows)
                    completed = batcher.add(item)
                for batch_at in self._timed(completed):
                    batches_of_pass += 1
                    if held is not None and skip:
                        skip -= 1
                    elif held is not None:
                        yield held
                    held = self._counted(batch_at, batches_of_pass)
                if isinstance(item, EndOfPass):
                    if held is not None:
                        held[0].end_of_epoch = True
                        yield held[0], PipelineState(item.epoch + 1)
                    elif self._repeat and not batches_of_pass:
                        why = self._why_empty(self.counters.skipped)
                        raise EmptyPassError(f"epoch {item.epoch} gave no batch: {why}")
                    held = None
                    batches_of_pass = skip = 0
        except SampleError:
            if held is not None:
                yield held
            raise

    def _counted(self, batch_at: BatchAt, batches: int) -> BatchAt:
        """The same, whose state tells how many batches of the pass there were, where other machines have to know."""
        batch, state = batch_at
        if self._layout is None:
            return batch_at
        shards = replace(state.shards or ShardState({}, 0), batches=batches)
        return batch, replace(state, shards=shards)

    def _timed(self, completed: Iterator[BatchAt]) -> Iterator[BatchAt]:
        """The same batches; the time that it takes to put them together counts."""
        while True:
            began = perf_counter()
            try:
                batch_at = next(completed, None)
            finally:
                self.counters.batching.seconds += perf_counter() - began
            if batch_at is None:
                return
            yield batch_at
