"""`Segment`: processors that follow each other in one process, and all that surrounds them: validity, errors, time."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any, ClassVar

from tfaip.pipeline.batching.layout import Allocate, BatchLayout, allocate_private
from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.shards.reader import LaneReader
from tfaip.pipeline.engine.stream.portion import ChunkRead, Indices, PackedRows, Portion, Samples, ShardChunk
from tfaip.pipeline.errors import DefinitionError, SpecError, UnusableSampleError
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError

__all__ = ["Finish", "OnElement", "Operation", "Segment", "make_operations", "note_failure", "numbered"]

OnElement = Callable[[int], None]
"""Is told the number of each element before the work on it begins."""

Finish = Callable[[Sample], Any]
"""Makes a row of each sample that has come through, after a check against the specs."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A processor as the loops over samples use it, and which of its results go on.

    Attributes:
        number: Of its time in the report.
        processor: The processor.
        maps: Method that makes one sample of one; None for a generating processor.
        generates: Method that makes several of one; None for a mapping processor.
        needs_inputs: Whether a sample without inputs is invalid.
        needs_targets: Whether a sample without targets is invalid.
        validates: The rule of the processor, where it has one of its own.
        validates_subclass: The rule for samples of a subclass, which may have their own.
    """

    number: int
    processor: DataProcessor[Any]
    maps: Callable[[Sample], Sample | None] | None
    generates: Callable[[Iterable[Sample]], Iterable[Sample]] | None
    needs_inputs: bool
    needs_targets: bool
    validates: Callable[[Sample], bool] | None
    validates_subclass: Callable[[Sample], bool] | None

    @property
    def name(self) -> str:
        """The class of the processor, for messages."""
        return type(self.processor).__name__

    def accepts(self, result: Any) -> bool:
        """Whether a result goes on.

        Raises:
            DefinitionError: It is neither a sample nor None.
        """
        if result is None:
            return False
        if not isinstance(result, Sample):
            raise DefinitionError(f"{self.name} must return a Sample or None, got {type(result).__name__}")
        if self.validates is not None:
            return self.validates(result)
        if self.validates_subclass is not None and result.__class__ is not Sample:
            return self.validates_subclass(result)
        return not ((self.needs_inputs and result.inputs is None) or (self.needs_targets and result.targets is None))


class Segment(ABC):
    """The processors of one segment of a plan, which work in the same way in a worker and in the consumer's process.

    Args:
        plan: Says what is done with the samples in the end.
        number: The number of the segment in the plan.
        operations: Its processors, of which none needs the stream.
        generator: Reads the samples of a portion of indices.
        passes_on: Errors that are no sample's, and leave the segment as they are; none in a worker, which nobody
            interrupts.
        lanes: Reads the samples of a chunk of shards.
    """

    makes_one_of_each: ClassVar[bool] = False
    """Whether no more than one sample is made of each one."""

    def __init__(
        self,
        plan: Plan,
        number: int,
        operations: Sequence[Operation],
        generator: DataGenerator[Any] | None,
        passes_on: tuple[type[BaseException], ...] = INTERRUPTIONS,
        lanes: LaneReader | None = None,
    ) -> None:
        self._lanes = lanes
        self._seed = plan.seed
        self._skips_bad = plan.skip_bad_samples
        self._operations = operations
        self._generator = generator
        self._passes_on = passes_on
        self._layout = plan.layout if number == len(plan.segments) - 1 else None
        self._packs = plan.packs and self._layout is not None
        self._finish = _finish(self._layout, packs=self._packs)
        self._origin = _origin(plan, number)

    def run(
        self,
        portion: Portion,
        *,
        allocate: Allocate = allocate_private,
        skip: frozenset[int] = frozenset(),
        on_element: OnElement | None = None,
        is_trial: bool = False,
    ) -> tuple[Samples | PackedRows, Report]:
        """Read the samples if they are not there yet, process them, and pack them after the last segment.

        Args:
            portion: The elements.
            allocate: Where the packed arrays go.
            skip: Numbers of elements that are left out, since they have ended a process before.
            on_element: Is told before each element which one it is.
            is_trial: Skip no bad sample: the check has to find the mistake.

        Raises:
            SampleError: A sample could not be read, processed or packed, and bad samples are not skipped.
        """
        began = perf_counter()
        layout = self._layout
        report = Report([0.0] * (len(self._operations) + 2))
        on_element = on_element or _nobody_is_told
        read: ChunkRead | None = None
        if isinstance(portion, ShardChunk):
            assert self._lanes is not None
            on_failure = partial(note_failure, report=report, skips_bad=self._skips_bad)
            portion, read = self._lanes.read(portion, report, on_failure, partial(on_element, -1))
            report.seconds[0] += perf_counter() - began
        assert isinstance(portion, Indices | Samples)
        count = len(portion.indices if isinstance(portion, Indices) else portion.samples)
        stack = layout.stack(count, allocate) if layout is not None and self._packs and self.makes_one_of_each else None
        made, elements = self.work_on(
            portion,
            self._finish if stack is None else stack.add,
            report,
            skip=skip,
            on_element=on_element,
            skips_bad=self._skips_bad and not is_trial,
        )
        report.made = len(made)
        one_of_each = None if elements == list(range(len(portion.positions))) else elements
        result: Samples | PackedRows
        if self._packs:
            assert layout is not None
            packed = stack.packed() if stack is not None else layout.pack(made, allocate) if made else None
            result = PackedRows(portion.epoch, portion.positions, packed, one_of_each, keep=portion.keep, read=read)
        else:
            result = Samples(portion.epoch, portion.positions, made, one_of_each, keep=portion.keep, read=read)
        if layout is not None:
            # The time outside of reading and processing, since to time each row would cost a tiny one a tenth.
            report.seconds[-1] = perf_counter() - began - sum(report.seconds)
        return result, report

    def of_one(self, sample: Sample) -> Sequence[Sample]:
        """Return the samples that the processors make of one, which may be changed.

        Raises:
            SampleError: It could not be processed.
            SpecError: It is unusable.
        """
        portion, report = self.run(Samples(0, [0], [sample]))
        if report.failures:
            raise SpecError(report.failures[0])
        assert isinstance(portion, Samples)
        return portion.samples

    @abstractmethod
    def work_on(
        self,
        portion: Indices | Samples,
        finish: Finish | None,
        report: Report,
        *,
        skip: frozenset[int],
        on_element: OnElement,
        skips_bad: bool,
    ) -> tuple[list[Any], list[int]]:
        """The results of the samples of a portion, and for each result the number of its element.

        Args:
            portion: The elements.
            finish: Makes the result of each sample; None for the samples themselves.
            report: Is told what happened.
            skip: Numbers of elements that are left out.
            on_element: Is told before each element which one it is.
            skips_bad: Whether a sample that fails is left out and reported, rather than raised.

        Raises:
            SampleError: A sample could not be read, processed or finished.
        """


def make_operations(processors: Sequence[DataProcessor[Any]], plan: Plan) -> list[Operation]:
    """The operations of a segment."""
    return [_operation(number, processor, plan) for number, processor in enumerate(processors, 1)]


def note_failure(failure: SampleError, report: Report, *, skips_bad: bool) -> None:
    """Report a sample that failed if it is to be left out, else raise."""
    if not skips_bad and not isinstance(failure.error, UnusableSampleError):
        raise failure
    report.failures.append(failure.summary())


def numbered(portion: Indices | Samples) -> Iterator[tuple[int, Any]]:
    """The index of each element, or each sample, with the number of its element."""
    if isinstance(portion, Indices):
        return enumerate(portion.indices)
    if portion.elements is None:
        return enumerate(portion.samples)
    return zip(portion.elements, portion.samples, strict=True)


def _operation(number: int, processor: DataProcessor[Any], plan: Plan) -> Operation:
    maps: Callable[[Sample], Sample | None] | None = None
    generates: Callable[[Iterable[Sample]], Iterable[Sample]] | None = None
    if isinstance(processor, MappingDataProcessor):
        maps = processor.preload if plan.preloading else processor.apply
    else:
        assert isinstance(processor, GeneratingDataProcessor)
        generates = processor.preload if plan.preloading else processor.generate
    checks = not plan.keeps_invalid
    overridden = type(processor).is_valid_sample is not DataProcessor.is_valid_sample
    return Operation(
        number,
        processor,
        maps,
        generates,
        needs_inputs=checks and plan.mode.needs_inputs,
        needs_targets=checks and plan.mode.needs_targets,
        validates=processor.is_valid_sample if checks and overridden else None,
        validates_subclass=processor.is_valid_sample if checks else None,
    )


def _nobody_is_told(element: int) -> None:
    """For the consumer's process, where a stack trace tells which sample it is."""


def _origin(plan: Plan, number: int) -> str:
    """Where a sample comes from that does not fit the specs."""
    makers = [params.cls().__name__ for before in plan.segments[: number + 1] for params in before.processors]
    return f"after {makers[-1]}" if makers else "as the generator made it"


def _finish(layout: BatchLayout | None, *, packs: bool) -> Finish | None:
    """The function that makes the result of each sample."""
    if layout is None or packs:
        return None if layout is None else layout.row

    def checked(sample: Sample) -> Sample:
        layout.row(sample)
        return sample

    return checked
