"""`Runner`: does the work of a program, the same way in a worker as in the consumer's process."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from typing import Any

from tfaip.pipeline.batching.layout import Allocate, BatchLayout, allocate_private
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.processor import DataProcessor, GeneratingDataProcessor
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.program import Program
from tfaip.pipeline.engine.stream.portion import Indices, PackedRows, Portion, Samples
from tfaip.pipeline.engine.work.branching_line import BranchingLine
from tfaip.pipeline.engine.work.line import Finish, Line, Watch
from tfaip.pipeline.engine.work.step import make_steps
from tfaip.pipeline.engine.work.straight_line import StraightLine
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.user_code import INTERRUPTIONS

__all__ = ["Runner"]


def _nobody_watches(element: int) -> None:
    """For the consumer's process, where a stack trace tells which sample it is."""


class Runner:
    """Builds generator and processors of a program when they are needed first, and runs its segments on portions.

    Args:
        program: Says what runs.
        passes_on: Errors that are no sample's; none in a worker, which nobody interrupts.
    """

    def __init__(self, program: Program, *, passes_on: tuple[type[BaseException], ...] = INTERRUPTIONS) -> None:
        self._program = program
        self._passes_on = passes_on
        self._generator: DataGenerator[Any] | None = None
        self._processors: dict[int, list[DataProcessor[Any]]] = {}
        self._lines: dict[int, Line] = {}

    def prepare(self, segments: Iterable[int]) -> None:
        """Build everything that these segments need, so that mistakes are found before there are samples."""
        program = self._program
        for segment in segments:
            if segment == 0 and program.generator_params is not None and self._generator is None:
                self._generator = call_user_code(program.generator_params.create, program.mode)
            parameters = program.segments[segment].processors
            self._processors[segment] = [
                call_user_code(params.create, program.data_params, program.mode) for params in parameters
            ]
            if not program.segments[segment].is_stream:
                self._lines[segment] = self._line(segment)

    @property
    def keeps_invalid(self) -> bool:
        """Whether samples go on that are not valid in the mode."""
        return self._program.keeps_invalid

    def stream_processor(self, segment: int) -> GeneratingDataProcessor[Any]:
        """The only processor of a segment that needs the stream."""
        (processor,) = self._processors[segment]
        assert isinstance(processor, GeneratingDataProcessor)
        return processor

    def run(
        self,
        segment: int,
        portion: Portion,
        *,
        allocate: Allocate = allocate_private,
        skip: frozenset[int] = frozenset(),
        watch: Watch = _nobody_watches,
        is_trial: bool = False,
    ) -> tuple[Samples | PackedRows, Report]:
        """Read the samples if they are not there yet, process them, and pack them after the last segment.

        Args:
            segment: The number of the segment in the program; `prepare` was called for it.
            portion: The elements.
            allocate: Where the packed arrays go.
            skip: Numbers of elements that are left out, since they have ended a process before.
            watch: Is told before each element which one it is.
            is_trial: Skip no bad sample: what is wrong shall be known.

        Raises:
            SampleError: A sample could not be read, processed or packed, and bad samples are not skipped.
        """
        assert isinstance(portion, Indices | Samples)
        began = perf_counter()
        program = self._program
        is_last = segment == len(program.segments) - 1
        layout = program.layout if is_last else None
        packs = program.packs and layout is not None
        report = Report([0.0] * (len(program.segments[segment].processors) + 2))
        made, elements = self._lines[segment].run(
            portion,
            _finish(layout, packs=packs),
            report,
            skip=skip,
            watch=watch,
            skips_bad=program.skip_bad_samples and not is_trial,
        )
        report.made = len(made)
        one_of_each = None if elements == list(range(len(portion.positions))) else elements
        result: Samples | PackedRows
        if packs:
            assert layout is not None
            packed = layout.pack(made, allocate) if made else None
            result = PackedRows(portion.epoch, portion.positions, packed, one_of_each, keep=portion.keep)
        else:
            result = Samples(portion.epoch, portion.positions, made, one_of_each, keep=portion.keep)
        if layout is not None:
            # What is left without reading and processing, since to time each row would cost a tiny one a tenth.
            report.seconds[-1] = perf_counter() - began - sum(report.seconds)
        return result, report

    def _line(self, segment: int) -> Line:
        """The faster kind of line if it will do."""
        program = self._program
        generator = self._generator if segment == 0 else None
        steps = make_steps(self._processors[segment], program)
        branches = not all(step.maps for step in steps) or (generator is not None and generator.yields_batches())
        return (BranchingLine if branches else StraightLine)(
            steps, program, generator, self._origin(segment), self._passes_on
        )

    def _origin(self, segment: int) -> str:
        """Where a sample comes from that does not fit the specs."""
        makers = [
            params.cls().__name__ for before in self._program.segments[: segment + 1] for params in before.processors
        ]
        return f"after {makers[-1]}" if makers else "as the generator made it"


def _finish(layout: BatchLayout | None, *, packs: bool) -> Finish | None:
    """What is done with each sample in the end."""
    if layout is None or packs:
        return None if layout is None else layout.row

    def checked(sample: Sample) -> Sample:
        layout.row(sample)
        return sample

    return checked
