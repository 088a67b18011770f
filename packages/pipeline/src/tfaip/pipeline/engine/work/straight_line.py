"""`StraightLine`: a line on which each element becomes one sample, or none."""

from __future__ import annotations

from functools import cached_property
from time import perf_counter
from typing import Any

from tfaip.pipeline.data.sample import Sample, SampleIdentity
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.stream.portion import Indices, Samples
from tfaip.pipeline.engine.work.line import Finish, Line, Watch, note_failure, numbered
from tfaip.pipeline.user_code import SampleError, describe_sample, no_sample

__all__ = ["StraightLine"]

_READING = 0


class StraightLine(Line):
    """Mapping processors on single samples: what almost all pipelines are.

    This is the innermost loop of the pipeline, which is what takes the time where samples are small. It is a single
    one, without calls of our own, since whatever it touches has been driven out of the cache of the processor by the
    work on the sample before.
    """

    @cached_property
    def _unpacked(self) -> list[tuple[Any, ...]]:
        """What the loop needs of each step."""
        unpacked = [
            (step, step.number, step.maps, step.needs_inputs, step.needs_targets, step.validates is None)
            for step in self._steps
            if step.maps is not None
        ]
        assert len(unpacked) == len(self._steps)
        return unpacked

    def run(
        self,
        portion: Indices | Samples,
        finish: Finish | None,
        report: Report,
        *,
        skip: frozenset[int],
        watch: Watch,
        skips_bad: bool,
    ) -> tuple[list[Any], list[int]]:
        """See `Line`."""
        # An indexable one, which the base class does not promise.
        generator: Any = self._generator if isinstance(portion, Indices) else None
        seed, epoch, steps = self._seed, portion.epoch, self._unpacked
        seconds = report.seconds
        read = dropped = 0
        made: list[Any] = []
        elements: list[int] = []
        for element, source in numbered(portion):
            if skip and element in skip:
                continue
            watch(element)
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
                for step, number, maps, needs_inputs, needs_targets, is_plain in steps:
                    result: Any = maps(sample)
                    if is_plain and result.__class__ is Sample:
                        # What `Step.accepts` does.
                        goes_on = not (
                            (needs_inputs and result.inputs is None) or (needs_targets and result.targets is None)
                        )
                    else:
                        goes_on = step.accepts(result)
                    now = perf_counter()
                    seconds[number] += now - before
                    before = now
                    if not goes_on:
                        dropped += 1
                        break
                    result._identity = identity
                    sample = result
                else:
                    number = len(steps) + 1
                    made.append(sample if finish is None else finish(sample))
                    elements.append(element)
            except BaseException as error:
                if isinstance(error, self._passes_on):
                    raise
                if number <= len(steps):
                    seconds[number] += perf_counter() - before
                where = self._place(number, source, identity, sample)
                note_failure(SampleError(error, where), report, skips_bad=skips_bad)
        report.read += read
        report.dropped += dropped
        return made, elements

    def _place(self, number: int, source: Any, identity: SampleIdentity | None, sample: Sample | None) -> str:
        """In which step which sample has failed."""
        if sample is None:
            return f"in {type(self._generator).__name__}[{source}], {identity}"
        if number <= len(self._steps):
            return f"in {self._steps[number - 1].name}, {describe_sample(sample)}"
        return f"{self._origin}, {describe_sample(sample)}"
