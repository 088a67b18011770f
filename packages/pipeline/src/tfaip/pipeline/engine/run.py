"""`Run`: the flow of one use of a pipeline, with the workers that belong to it."""

from __future__ import annotations

from dataclasses import dataclass

from tfaip.pipeline.counters import Counters, StepCounters

from .flow import Flow, LocalFlow, SourceFlow, StreamFlow
from .place import Place
from .program import Program
from .runner import Runner
from .source import Source

__all__ = ["Run", "WorkerSettings"]


@dataclass(frozen=True)
class WorkerSettings:
    """How workers are used; see `DataPipelineParams`.

    Attributes:
        processes: The number of workers; 0 for none.
        prefetch: The most portions in the making; None chooses.
        max_tasks: After how many portions a worker is replaced; 0 for never.
        restart: Whether a worker that died is replaced.
        sample_timeout: Seconds for one sample; 0 for any time.
    """

    processes: int = 0
    prefetch: int | None = None
    max_tasks: int = 0
    restart: bool = False
    sample_timeout: float = 0.0


class Run:
    """Everything that exists only while samples or batches are asked for.

    Attributes:
        flow: What comes out of the last segment.
        counters: What was done so far.
    """

    def __init__(
        self, program: Program, source: Source, settings: WorkerSettings, *, start: Place, repeat: bool
    ) -> None:
        self.counters = Counters.of_steps([_steps(program, number) for number in range(len(program.segments))])
        self._runner = Runner(program)
        local = [number for number, segment in enumerate(program.segments) if not segment.in_workers]
        self._runner.prepare(local)
        # What comes before a processor that needs the stream starts at the beginning of the pass.
        last_stream = max((n for n, segment in enumerate(program.segments) if segment.is_stream), default=-1)
        from_beginning = Place(start.epoch)
        flow: Flow = SourceFlow(source, from_beginning if last_stream >= 0 else start, repeat=repeat)
        for number, segment in enumerate(program.segments):
            if segment.is_stream:
                place = start if number == last_stream else from_beginning
                flow = StreamFlow(self._runner, number, flow, source.portion_size, program.seed, place, self.counters)
            else:
                flow = LocalFlow(self._runner, number, flow, self.counters)
        self.flow = flow

    def close(self) -> None:
        """End the workers."""


def _steps(program: Program, number: int) -> list[StepCounters]:
    segment = program.segments[number]
    where = "workers" if segment.in_workers else "consumer"
    names = [params.cls().__name__ for params in segment.processors]
    return [StepCounters(name, where) for name in ("read", *names, "batch")]
