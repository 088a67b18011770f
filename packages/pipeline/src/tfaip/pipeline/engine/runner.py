"""`Runner`: does the work of a program, the same way in a worker as in the consumer's process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from time import perf_counter
from typing import Any

from tfaip.pipeline.batching.layout import Allocate, Row, allocate_private
from tfaip.pipeline.data_generator import DataGenerator
from tfaip.pipeline.data_processor import DataProcessor, GeneratingDataProcessor
from tfaip.pipeline.randomness import SampleIdentity
from tfaip.pipeline.sample import Sample

from .chain import Chain
from .failure import SampleError, describe_sample
from .portion import Indices, PackedRows, Portion, Samples
from .program import Program
from .report import Report

__all__ = ["Runner"]

Watch = Callable[[int], None]
"""Is told the number of each element before the work on it begins."""


def _nobody_watches(element: int) -> None:
    """For the consumer's process, where a stack trace tells which sample it is."""


class Runner:
    """Builds generator and processors of a program when they are needed first, and runs its segments on portions."""

    def __init__(self, program: Program) -> None:
        self._program = program
        self._generator: DataGenerator[Any] | None = None
        self._processors: dict[int, list[DataProcessor[Any]]] = {}
        self._chains: dict[int, Chain] = {}

    def prepare(self, segments: Iterable[int]) -> None:
        """Build everything that these segments need, so that mistakes are found before there are samples."""
        program = self._program
        for segment in segments:
            if segment == 0 and program.generator_params is not None and self._generator is None:
                self._generator = program.generator_params.create(program.mode)
            parameters = program.segments[segment].processors
            self._processors[segment] = [params.create(program.data_params, program.mode) for params in parameters]
            if not program.segments[segment].is_stream:
                self._chains[segment] = Chain(self._processors[segment], program)

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
        began = perf_counter()
        program = self._program
        skips = program.skip_bad_samples and not is_trial
        chain = self._chains[segment]
        is_last = segment == len(program.segments) - 1
        layout = program.layout if is_last else None
        packs = program.packs and layout is not None
        report = Report([0.0] * (len(program.segments[segment].processors) + 2))
        samples: list[Sample] = []
        rows: list[Row] = []
        elements: list[int] = []
        row_of = None if layout is None else layout.row
        read = 0
        for element, arrived in self._arrivals(portion, skip, watch, report, skips):
            read += 1
            try:
                for result in chain(arrived, report):
                    if row_of is not None:
                        rows.append(row_of(result))
                    if not packs:
                        samples.append(result)
                    elements.append(element)
            except SampleError as failure:
                _bad(failure, report, skips)
            except (Exception, SystemExit) as error:
                _bad(SampleError(error, f"{self._result_of(segment)}, {describe_sample(arrived)}"), report, skips)
        report.read = read
        report.made = len(elements)
        one_of_each = None if elements == list(range(len(portion.positions))) else elements
        if not packs or layout is None:
            if layout is not None:
                report.seconds[-1] = perf_counter() - began - sum(report.seconds)
            return Samples(portion.epoch, portion.positions, samples, one_of_each, keep=portion.keep), report
        packed = layout.pack(rows, allocate) if rows else None
        # What is left when reading and processing are taken away, since to time each row would cost a tiny one a tenth.
        report.seconds[-1] = perf_counter() - began - sum(report.seconds)
        return PackedRows(portion.epoch, portion.positions, packed, one_of_each, keep=portion.keep), report

    def _arrivals(
        self, portion: Portion, skip: frozenset[int], watch: Watch, report: Report, skips: bool
    ) -> Iterator[tuple[int, Sample]]:
        if isinstance(portion, Samples):
            for number, sample in enumerate(portion.samples):
                element = number if portion.elements is None else portion.elements[number]
                if element not in skip:
                    watch(element)
                    yield element, sample.copy()
            return
        assert isinstance(portion, Indices)
        generator = self._generator
        assert generator is not None
        seed, epoch = self._program.seed, portion.epoch
        seconds = report.seconds
        for element, index in enumerate(portion.indices):
            if element in skip:
                continue
            watch(element)
            identity = SampleIdentity(seed, epoch, (index,))
            began = perf_counter()
            try:
                loaded: Any = generator[index]  # type: ignore[index]  # only indexable ones are read by index
            except (Exception, SystemExit) as error:
                _bad(SampleError(error, f"in {type(generator).__name__}[{index}], {identity}"), report, skips)
                continue
            finally:
                seconds[0] += perf_counter() - began
            if loaded.__class__ is Sample:
                # A copy, since the generator may keep its samples, and processors may change theirs.
                sample = loaded.copy()
                sample._identity = identity
                yield element, sample
            elif loaded is None:
                report.dropped += 1
            else:
                for number, each in enumerate(loaded):
                    yield element, each.copy().identified_by(identity.child(number))

    def _result_of(self, segment: int) -> str:
        """Where a sample comes from that does not fit the specs."""
        makers = [name for number in range(segment + 1) for name in self._names(number)]
        return f"after {makers[-1]}" if makers else "as the generator made it"

    def _names(self, segment: int) -> list[str]:
        return [params.cls().__name__ for params in self._program.segments[segment].processors]


def _bad(failure: SampleError, report: Report, skips: bool) -> None:
    """Note a sample that failed, if it is to be skipped."""
    if not skips:
        raise failure
    report.failures.append(failure.summary())
