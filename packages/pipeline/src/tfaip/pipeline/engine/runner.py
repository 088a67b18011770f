"""`Runner`: does the work of a program, the same way in a worker as in the consumer's process."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from time import perf_counter
from typing import Any

from tfaip.pipeline.batching.layout import Allocate, Row, allocate_private
from tfaip.pipeline.data_generator import DataGenerator
from tfaip.pipeline.data_processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.randomness import SampleIdentity
from tfaip.pipeline.sample import Sample

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

    def prepare(self, segments: Iterable[int]) -> None:
        """Build everything that these segments need, so that mistakes are found before there are samples."""
        for segment in segments:
            if segment == 0 and self._program.generator_params is not None and self._generator is None:
                self._generator = self._program.generator_params.create(self._program.mode)
            self.processors(segment)

    def processors(self, segment: int) -> list[DataProcessor[Any]]:
        """The processors of a segment."""
        if segment not in self._processors:
            program = self._program
            self._processors[segment] = [
                params.create(program.data_params, program.mode) for params in program.segments[segment].processors
            ]
        return self._processors[segment]

    def stream_processor(self, segment: int) -> GeneratingDataProcessor[Any]:
        """The only processor of a segment that needs the stream."""
        (processor,) = self.processors(segment)
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
    ) -> tuple[Samples | PackedRows, Report]:
        """Read the samples if they are not there yet, process them, and pack them after the last segment.

        Args:
            segment: The number of the segment in the program.
            portion: The elements.
            allocate: Where the packed arrays go.
            skip: Numbers of elements that are left out, since they have ended a process before.
            watch: Is told before each element which one it is.

        Raises:
            SampleError: A sample could not be read, processed or packed, and bad samples are not skipped.
        """
        processors = self.processors(segment)
        is_last = segment == len(self._program.segments) - 1
        layout = self._program.layout if is_last else None
        packs = self._program.packs and is_last
        report = Report([0.0] * (len(processors) + 2))
        samples: list[Sample] = []
        rows: list[Row] = []
        elements: list[int] = []
        for element, arrived in self._arrivals(portion, skip, watch, report):
            report.read += 1
            try:
                results = self._process(processors, arrived, report)
                if layout is not None:
                    made = [self._row(layout.row, result) for result in results]
                    if packs:
                        rows.extend(made)
            except SampleError as failure:
                if not self._program.skip_bad_samples:
                    raise
                report.failures.append(failure.summary())
            else:
                samples.extend(results)
                elements.extend([element] * len(results))
                report.made += len(results)
        one_of_each = None if elements == list(range(len(portion.positions))) else elements
        if layout is None or not packs:
            return Samples(portion.epoch, portion.positions, samples, one_of_each, keep=portion.keep), report
        began = perf_counter()
        packed = layout.pack(rows, allocate) if rows else None
        report.seconds[-1] += perf_counter() - began
        return PackedRows(portion.epoch, portion.positions, packed, one_of_each, keep=portion.keep), report

    def _arrivals(
        self, portion: Portion, skip: frozenset[int], watch: Watch, report: Report
    ) -> Iterable[tuple[int, Sample]]:
        if isinstance(portion, Samples):
            for number, sample in enumerate(portion.samples):
                element = number if portion.elements is None else portion.elements[number]
                if element not in skip:
                    watch(element)
                    yield element, sample.copy()
            return
        assert isinstance(portion, Indices)
        seed = self._program.seed
        for element, index in enumerate(portion.indices):
            if element in skip:
                continue
            watch(element)
            identity = SampleIdentity(seed, portion.epoch, (index,))
            began = perf_counter()
            loaded = self._load(index, identity, report)
            report.seconds[0] += perf_counter() - began
            if loaded.__class__ is Sample:
                yield element, loaded.copy().identified_by(identity)
            elif loaded is None:
                report.dropped += 1
            else:
                for number, sample in enumerate(loaded):
                    yield element, sample.copy().identified_by(identity.child(number))

    def _load(self, index: int, identity: SampleIdentity, report: Report) -> Any:
        generator = self._generator
        assert generator is not None
        try:
            return generator[index]  # type: ignore[index]  # only indexable generators are read by index
        except (Exception, SystemExit) as error:
            failure = SampleError(error, f"in {type(generator).__name__}[{index}], {identity}")
            if not self._program.skip_bad_samples:
                raise failure from error
            report.failures.append(failure.summary())
            return ()

    def _process(self, processors: list[DataProcessor[Any]], sample: Sample, report: Report) -> list[Sample]:
        seconds = report.seconds
        current = [sample]
        for number, processor in enumerate(processors, 1):
            began = perf_counter()
            try:
                current = self._step(processor, current, report)
            except (Exception, SystemExit) as error:
                where = f"in {type(processor).__name__}, {describe_sample(sample)}"
                raise SampleError(error, where) from error
            seconds[number] += perf_counter() - began
            if not current:
                break
        return current

    def _step(self, processor: DataProcessor[Any], samples: list[Sample], report: Report) -> list[Sample]:
        valid = []
        if isinstance(processor, MappingDataProcessor):
            apply = processor.preload if self._program.preloading else processor.apply
            for sample in samples:
                result = apply(sample)
                if (accepted := self._accepted(processor, result, report)) is not None:
                    valid.append(accepted.identified_by(sample.identity))
            return valid
        assert isinstance(processor, GeneratingDataProcessor)
        generate = processor.preload if self._program.preloading else processor.generate
        for sample in samples:
            identity = sample.identity
            assert identity is not None
            for number, result in enumerate(generate([sample])):
                if (accepted := self._accepted(processor, result, report)) is not None:
                    # A copy: a processor may yield one sample several times, each has random numbers of its own.
                    valid.append(accepted.copy().identified_by(identity.child(number)))
        return valid

    def _accepted(self, processor: DataProcessor[Any], result: Sample | None, report: Report) -> Sample | None:
        if result is None:
            report.dropped += 1
            return None
        if result.__class__ is not Sample:
            raise DefinitionError(
                f"{type(processor).__name__} must return a Sample or None, got {type(result).__name__}"
            )
        if self._program.keeps_invalid or processor.is_valid_sample(result):
            return result
        report.dropped += 1
        return None

    @staticmethod
    def _row(row: Callable[[Sample], Row], sample: Sample) -> Row:
        try:
            return row(sample)
        except (Exception, SystemExit) as error:
            raise SampleError(error, f"before batching, {describe_sample(sample)}") from error
