"""`Run`: the flow of one use of a pipeline, with the workers that belong to it."""

from __future__ import annotations

from tfaip.pipeline.counters import Counters, StepCounters

from .flow import Flow, LocalFlow, SourceFlow, StreamFlow
from .pickling import pickle_program
from .place import Place
from .pool import WorkerPool
from .program import Program
from .runner import Runner
from .settings import WorkerSettings
from .source import Source
from .worker_flow import WorkerFlow

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
        self.counters = Counters.of_steps([_steps(program, number) for number in range(len(segments))])
        runner = Runner(program)
        runner.prepare([number for number, segment in enumerate(segments) if not segment.in_workers])
        self.pool: WorkerPool | None = None
        if any(segment.in_workers for segment in segments):
            self.pool = WorkerPool(
                pickle_program(program),
                settings,
                skip_bad_samples=program.skip_bad_samples,
                counters=self.counters,
            )
        # What comes before a processor that needs the stream starts at the beginning of the pass.
        last_stream = max((n for n, segment in enumerate(segments) if segment.is_stream), default=-1)
        from_beginning = Place(start.epoch)
        flow: Flow = SourceFlow(source, from_beginning if last_stream >= 0 else start, repeat=repeat)
        for number, segment in enumerate(segments):
            if segment.is_stream:
                place = start if number == last_stream else from_beginning
                flow = StreamFlow(runner, number, flow, source.portion_size, program.seed, place, self.counters)
            elif segment.in_workers:
                assert self.pool is not None
                flow = WorkerFlow(self.pool, number, flow, prefetch=settings.prefetch, counters=self.counters)
            else:
                flow = LocalFlow(runner, number, flow, self.counters)
        self.flow = flow

    def interrupt(self) -> None:
        """From another thread: let whoever waits for a worker come back with `PoolClosedError`."""
        if self.pool is not None:
            self.pool.interrupted = True

    def close(self) -> None:
        """End the workers."""
        if self.pool is not None:
            self.pool.close()


def _steps(program: Program, number: int) -> list[StepCounters]:
    segment = program.segments[number]
    where = "workers" if segment.in_workers else "consumer"
    names = [params.cls().__name__ for params in segment.processors]
    return [StepCounters(name, where) for name in ("read", *names, "batch")]
