"""`Run`: the flow of one use of a pipeline, with the workers that belong to it."""

from __future__ import annotations

from tfaip.pipeline.engine.counters import CONSUMER, WORKERS, Counters, StepCounters
from tfaip.pipeline.engine.plan import WorkerSettings
from tfaip.pipeline.engine.processes.pickling import pickle_program
from tfaip.pipeline.engine.processes.pool import WorkerPool
from tfaip.pipeline.engine.program import Program
from tfaip.pipeline.engine.stream.flow import EndedFlow, Flow, LocalFlow, SourceFlow, StreamFlow
from tfaip.pipeline.engine.stream.portion import PackedRows, Place, Portion, Samples
from tfaip.pipeline.engine.stream.source import Source
from tfaip.pipeline.engine.stream.worker_flow import WorkerFlow
from tfaip.pipeline.engine.work.runner import Runner

__all__ = ["Run"]


class Run:
    """Everything that exists only while samples or batches are asked for.

    Attributes:
        flow: What comes out of the last segment.
        counters: What was done so far.
        pool: The workers, if there are any.
    """

    def __init__(
        self, program: Program, source: Source, settings: WorkerSettings, *, start: Place, repeat: bool
    ) -> None:
        segments = program.segments
        has_workers = any(segment.in_workers for segment in segments)
        steps = [_steps(program, number) for number in range(len(segments))]
        self.counters = Counters.of_steps(steps, settings.processes if has_workers else 0)
        self._segments = segments
        self._runner = runner = Runner(program)
        runner.prepare([number for number, segment in enumerate(segments) if not segment.in_workers])
        self.pool: WorkerPool | None = None
        if has_workers:
            self.pool = WorkerPool(
                pickle_program(program),
                settings,
                skip_bad_samples=program.skip_bad_samples,
                counters=self.counters,
            )
        # What comes before a processor that needs the stream starts at the beginning of the pass.
        last_stream = max((n for n, segment in enumerate(segments) if segment.is_stream), default=-1)
        from_beginning = Place(start.epoch)
        flow: Flow = SourceFlow(source, from_beginning if last_stream >= 0 else start, self.counters, repeat=repeat)
        last_in_workers = max((n for n, segment in enumerate(segments) if segment.in_workers), default=-1)
        for number, segment in enumerate(segments):
            if segment.is_stream:
                place = start if number == last_stream else from_beginning
                flow = StreamFlow(
                    runner, number, flow, source.portion_size, program.seed, place, self.counters, source.length
                )
            elif segment.in_workers:
                assert self.pool is not None
                # The queue that the consumer waits for is the last one.
                counters = self.counters if number == last_in_workers else None
                flow = WorkerFlow(self.pool, number, flow, prefetch=settings.prefetch, counters=counters)
            else:
                flow = LocalFlow(runner, number, flow, self.counters)
        self.flow: Flow = flow

    def try_out(self, portion: Portion) -> int:
        """Do all the work on a portion without counting it, up to a processor that needs the whole stream.

        Returns:
            The number of samples that came of it.

        Raises:
            SampleError: A sample failed, even if bad samples are skipped.
            WorkerDiedError, WorkerStartError, SampleTimeoutError: As in the work that counts.
        """
        result: Portion = portion
        for number, segment in enumerate(self._segments):
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
                result, _ = self._runner.run(number, result, is_trial=True)
        if isinstance(result, PackedRows):
            return 0 if result.packed is None else len(result.packed.meta)
        return len(result.samples) if isinstance(result, Samples) else 0

    def interrupt(self) -> None:
        """From another thread: let whoever waits for a worker come back with `PoolClosedError`."""
        if self.pool is not None:
            self.pool.interrupted = True

    def close(self) -> None:
        """End the workers, and give up what they have made."""
        self.flow = EndedFlow()
        if self.pool is not None:
            self.pool.close()


def _steps(program: Program, number: int) -> list[StepCounters]:
    segment = program.segments[number]
    where = WORKERS if segment.in_workers else CONSUMER
    reads_here = number == 0 and program.generator_params is None
    names = [params.cls().__name__ for params in segment.processors]
    return [
        StepCounters("read", CONSUMER if reads_here else where),
        *(StepCounters(name, where) for name in (*names, "batch")),
    ]
