"""`StraightSegment`: a segment in which each element becomes one sample, or none; and which kind a segment is."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from time import perf_counter
from typing import Any

from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.sample import Sample, SampleIdentity
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.shards.reader import LaneReader
from tfaip.pipeline.engine.stream.portion import Indices, Samples
from tfaip.pipeline.engine.work.branching import BranchingSegment
from tfaip.pipeline.engine.work.segment import Finish, OnElement, Segment, make_operations, note_failure, numbered
from tfaip.pipeline.errors import SpecError, UnusableSampleError
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError, describe_sample, no_sample

__all__ = ["StraightSegment", "build_segment"]

_READING = 0


class StraightSegment(Segment):
    """Mapping processors on single samples: the plan of almost all pipelines.

    This is the innermost loop of the pipeline, which takes the time where samples are small. It is a single
    one, without calls of our own, since whatever it touches has been driven out of the cache of the processor by the
    work on the sample before.
    """

    makes_one_of_each = True

    @cached_property
    def _unpacked(self) -> list[tuple[Any, ...]]:
        """The attributes of each operation that the loop needs."""
        unpacked = [
            (
                operation,
                operation.number,
                operation.maps,
                operation.needs_inputs,
                operation.needs_targets,
                operation.validates is None,
            )
            for operation in self._operations
            if operation.maps is not None
        ]
        assert len(unpacked) == len(self._operations)
        return unpacked

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
        """See `Segment`."""
        # An indexable one, which the base class does not promise.
        generator: Any = self._generator if isinstance(portion, Indices) else None
        seed, epoch, operations = self._seed, portion.epoch, self._unpacked
        seconds = report.seconds
        read = dropped = 0
        made: list[Any] = []
        elements: list[int] = []
        for element, source in numbered(portion):
            if skip and element in skip:
                continue
            on_element(element)
            number = _READING
            sample: Sample | None = None
            identity: SampleIdentity | None = None
            before = perf_counter()
            try:
                if generator is None:
                    sample = source.copy()
                    identity = sample._identity
                else:
                    identity = SampleIdentity(seed, epoch, (source,))
                    loaded = generator[source]
                    now = perf_counter()
                    seconds[_READING] += now - before
                    before = now
                    if loaded is None:
                        dropped += 1
                        continue
                    if loaded.__class__ is not Sample and not isinstance(loaded, Sample):
                        raise no_sample(type(generator).__name__, loaded)
                    # A copy, since the generator may keep its samples, and processors may change theirs.
                    sample = loaded.copy()
                    sample._identity = identity
                read += 1
                for operation, number, maps, needs_inputs, needs_targets, is_plain in operations:
                    result: Any = maps(sample)
                    if is_plain and result.__class__ is Sample:
                        # As `Operation.accepts` does.
                        goes_on = not (
                            (needs_inputs and result.inputs is None) or (needs_targets and result.targets is None)
                        )
                    else:
                        goes_on = operation.accepts(result)
                    now = perf_counter()
                    seconds[number] += now - before
                    before = now
                    if not goes_on:
                        dropped += 1
                        break
                    result._identity = identity
                    sample = result
                else:
                    number = len(operations) + 1
                    made.append(sample if finish is None else finish(sample))
                    elements.append(element)
            except BaseException as error:
                if isinstance(error, self._passes_on):
                    raise
                if number <= len(operations):
                    seconds[number] += perf_counter() - before
                where = self._place(number, source, identity, sample)
                note_failure(SampleError(error, where), report, skips_bad=skips_bad)
        report.read += read
        report.dropped += dropped
        return made, elements

    def of_one(self, sample: Sample) -> Sequence[Sample]:
        """See `Segment`; without portion and report, which take longer than the work on a small sample."""
        identity, number = sample._identity, 0
        try:
            for operation in self._operations:
                number = operation.number
                assert operation.maps is not None
                result = operation.maps(sample)
                if not operation.accepts(result):
                    return ()
                assert result is not None
                result._identity = identity
                sample = result
        except BaseException as error:
            if isinstance(error, self._passes_on):
                raise
            failure = SampleError(error, self._place(number, None, identity, sample))
            if isinstance(error, UnusableSampleError):
                raise SpecError(failure.summary()) from error
            raise failure from error
        return (sample,)

    def _place(self, number: int, source: Any, identity: SampleIdentity | None, sample: Sample | None) -> str:
        """In which operation which sample has failed."""
        if sample is None:
            return f"in {type(self._generator).__name__}[{source}], {identity}"
        if number <= len(self._operations):
            return f"in {self._operations[number - 1].name}, {describe_sample(sample)}"
        return f"{self._origin}, {describe_sample(sample)}"


def build_segment(plan: Plan, number: int, *, passes_on: tuple[type[BaseException], ...] = INTERRUPTIONS) -> Segment:
    """Build generator and processors of a segment, so that mistakes are found before there are samples.

    It is a straight one where that will do, since it is the faster kind.

    Args:
        plan: Says what runs.
        number: The number of the segment in the plan; it is no stream.
        passes_on: See `Segment`.
    """
    generator: DataGenerator[Any] | None = None
    lanes: LaneReader | None = None
    if number == 0 and plan.generator_params is not None:
        generator = call_user_code(plan.generator_params.create, plan.mode)
        if plan.shards is not None:
            lanes = LaneReader(generator, plan.shards, plan.seed, passes_on)
    processors = [
        call_user_code(params.create, plan.data_params, plan.mode) for params in plan.segments[number].processors
    ]
    operations = make_operations(processors, plan)
    branches = not all(operation.maps for operation in operations)
    branches = branches or (generator is not None and lanes is None and generator.yields_batches())
    kind = BranchingSegment if branches else StraightSegment
    return kind(plan, number, operations, generator, passes_on, lanes)
