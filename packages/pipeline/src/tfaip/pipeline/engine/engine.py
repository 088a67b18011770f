"""`Engine`: the flows of one use of a pipeline, with the workers that belong to it."""

from __future__ import annotations

from typing import Any

from tfaip.pipeline.data.processor import GeneratingDataProcessor
from tfaip.pipeline.engine.counters import CONSUMER, WORKERS, Counters, OperationCounters, SegmentCounters
from tfaip.pipeline.engine.plan import Plan, WorkerSettings
from tfaip.pipeline.engine.processes.pickling import pickle_plan
from tfaip.pipeline.engine.processes.pool import ProcessPool
from tfaip.pipeline.engine.stream.flow import EndedFlow, Flow, LocalFlow, SourceFlow, WorkerFlow
from tfaip.pipeline.engine.stream.portion import PackedRows, Portion, Samples
from tfaip.pipeline.engine.stream.source import Source
from tfaip.pipeline.engine.stream.state import PipelineState
from tfaip.pipeline.engine.stream.whole_pass import StreamFlow
from tfaip.pipeline.engine.threads.pool import ThreadPool
from tfaip.pipeline.engine.work.segment import Segment
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.engine.worker_pool import WorkerPool
from tfaip.pipeline.errors import SpecError
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.user_code import SampleError

__all__ = ["Engine"]


class Engine:
    """Everything that exists only while samples or batches are asked for.

    Attributes:
        flow: The portions that come out of the last segment.
        counters: The work that was done so far.
        pool: The workers, if there are any.
    """

    def __init__(
        self, plan: Plan, source: Source, settings: WorkerSettings, *, start: PipelineState, repeat: bool
    ) -> None:
        segments = plan.segments
        has_workers = any(segment.in_workers for segment in segments)
        self.counters = Counters(
            [SegmentCounters(_operations(plan, number)) for number in range(len(segments))],
            settings.workers if has_workers else 0,
            OperationCounters("batch", CONSUMER),
        )
        self._plan = plan
        self._local: dict[int, Segment] = {}
        streams: dict[int, GeneratingDataProcessor[Any]] = {}
        for number, segment in enumerate(segments):
            if segment.is_stream:
                streams[number] = _stream_processor(plan, number)
            elif not segment.in_workers:
                self._local[number] = build_segment(plan, number)
        self.pool: WorkerPool | None = None
        if has_workers:
            self.pool = _pool(plan, settings, self.counters)
        # Processors before one that needs the stream start at the beginning of the pass.
        last_stream = max(streams, default=-1)
        from_beginning = PipelineState(start.epoch)
        flow: Flow = SourceFlow(source, from_beginning if streams else start, self.counters, repeat=repeat)
        last_in_workers = max((n for n, segment in enumerate(segments) if segment.in_workers), default=-1)
        for number, segment in enumerate(segments):
            if segment.is_stream:
                flow = StreamFlow(
                    streams[number],
                    number,
                    flow,
                    source.portion_size,
                    plan.seed,
                    start if number == last_stream else from_beginning,
                    self.counters,
                    source.length,
                    keeps_invalid=plan.keeps_invalid,
                )
            elif segment.in_workers:
                assert self.pool is not None
                # The queue that the consumer waits for is the last one.
                counters = self.counters if number == last_in_workers else None
                flow = WorkerFlow(self.pool, number, flow, prefetch=settings.prefetch, counters=counters)
            else:
                flow = LocalFlow(self._local[number], number, flow, self.counters)
        self.flow: Flow = flow

    def find_mistake(self, source: Source, epoch: int) -> SampleError | None:
        """The mistake in the first sample that comes through; it is processed where all of them will be.

        Where bad samples are skipped, it takes more than one to call it a mistake: none of several samples from all
        over the data fits the specs. A stream is not tried, since it may not be read twice; its first sample is checked
        when it comes.

        Raises:
            WorkerStartError: A worker could not build its generator or its processors.
            WorkerDiedError, SampleTimeoutError: The sample ended or held up its worker.
        """
        mistake: SampleError | None = None
        for portion in source.to_try_out(epoch):
            try:
                if self._try_out(portion):
                    return None
            except SampleError as failure:
                if not self._plan.skip_bad_samples:
                    return failure
                if not isinstance(failure.error, SpecError):
                    return None
                mistake = failure
        return mistake

    def interrupt(self) -> None:
        """From another thread: let a waiting consumer come back with `PoolClosedError`."""
        if self.pool is not None:
            self.pool.interrupted = True

    def close(self) -> None:
        """End the workers, and give up what they have made."""
        self.flow = EndedFlow()
        if self.pool is not None:
            self.pool.close()

    def _try_out(self, portion: Portion) -> int:
        """Do all the work on a portion without counting it, up to a processor that needs the whole stream.

        Returns:
            The number of samples that came of it.

        Raises:
            SampleError: A sample failed, even if bad samples are skipped.
            WorkerDiedError, WorkerStartError, SampleTimeoutError: As in the work that counts.
        """
        result: Portion = portion
        for number, segment in enumerate(self._plan.segments):
            if segment.is_stream:
                break
            if segment.in_workers:
                assert self.pool is not None
                task = self.pool.submit(number, result, is_trial=True)
                while task.result is None:
                    self.pool.turn(wait=True)
                if isinstance(task.result, Exception):
                    raise task.result
                result = task.result
            else:
                result, _ = self._local[number].run(result, is_trial=True)
        if isinstance(result, PackedRows):
            return 0 if result.packed is None else len(result.packed.meta)
        return len(result.samples) if isinstance(result, Samples) else 0


def _pool(plan: Plan, settings: WorkerSettings, counters: Counters) -> WorkerPool:
    if settings.in_threads:
        return ThreadPool(plan, settings, counters=counters)
    return ProcessPool(pickle_plan(plan), settings, skip_bad_samples=plan.skip_bad_samples, counters=counters)


def _operations(plan: Plan, number: int) -> list[OperationCounters]:
    segment = plan.segments[number]
    where = WORKERS if segment.in_workers else CONSUMER
    reads_here = number == 0 and plan.generator_params is None
    names = [params.cls().__name__ for params in segment.processors]
    return [
        OperationCounters("read", CONSUMER if reads_here else where),
        *(OperationCounters(name, where) for name in (*names, "batch")),
    ]


def _stream_processor(plan: Plan, number: int) -> GeneratingDataProcessor[Any]:
    """The only processor of a segment that needs the stream."""
    (params,) = plan.segments[number].processors
    processor = call_user_code(params.create, plan.data_params, plan.mode)
    assert isinstance(processor, GeneratingDataProcessor)
    return processor
