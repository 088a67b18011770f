"""`BranchingSegment`: a segment in which an element may become any number of samples."""

from __future__ import annotations

from collections.abc import Iterable
from time import perf_counter
from types import GeneratorType
from typing import Any

from tfaip.pipeline.data.sample import Sample, SampleIdentity
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.stream.portion import Indices, Samples
from tfaip.pipeline.engine.work.segment import Finish, OnElement, Operation, Segment, note_failure, numbered
from tfaip.pipeline.user_code import SampleError, comes_from_function, describe_sample, no_sample

__all__ = ["BranchingSegment"]


class BranchingSegment(Segment):
    """Processors that make several samples of one, or a generator whose elements are lists of samples."""

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
        made: list[Any] = []
        elements: list[int] = []
        for element, source in numbered(portion):
            if element in skip:
                continue
            on_element(element)
            try:
                arrivals = self._read(portion.epoch, source, report)
            except SampleError as failure:
                note_failure(failure, report, skips_bad=skips_bad)
                continue
            report.read += len(arrivals)
            for arrived in arrivals:
                try:
                    for result in self._processed(arrived, report):
                        made.append(result if finish is None else self._finished(finish, result))
                        elements.append(element)
                except SampleError as failure:
                    note_failure(failure, report, skips_bad=skips_bad)
        return made, elements

    def _read(self, epoch: int, source: Any, report: Report) -> list[Sample]:
        """The samples of an element: copies, since the generator may keep its own, and processors may change theirs."""
        if isinstance(source, Sample):
            return [source.copy()]
        identity = SampleIdentity(self._seed, epoch, (source,))
        generator: Any = self._generator  # an indexable one, which the base class does not promise
        began = perf_counter()
        try:
            loaded = generator[source]
            if loaded is None:
                report.dropped += 1
                return []
            if isinstance(loaded, Sample):
                return [loaded.copy().identified_by(identity)]
            batch = loaded if isinstance(loaded, list | tuple) and generator.yields_batches() else [loaded]
            if wrong := [each for each in batch if not isinstance(each, Sample)]:
                raise no_sample(type(generator).__name__, wrong[0])
            return [each.copy().identified_by(identity.child(number)) for number, each in enumerate(batch)]
        except BaseException as error:
            raise self._failure(error, f"in {type(generator).__name__}[{source}], {identity}") from error
        finally:
            report.seconds[0] += perf_counter() - began

    def _processed(self, sample: Sample, report: Report) -> list[Sample]:
        current = [sample]
        for operation in self._operations:
            began = perf_counter()
            try:
                current = [
                    result
                    for before in current
                    for result in _results(operation, before)
                    if self._goes_on(operation, result, report)
                ]
            except BaseException as error:
                raise self._failure(error, f"in {operation.name}, {describe_sample(sample)}") from error
            finally:
                report.seconds[operation.number] += perf_counter() - began
        return current

    def _finished(self, finish: Finish, sample: Sample) -> Any:
        try:
            return finish(sample)
        except BaseException as error:
            raise self._failure(error, f"{self._origin}, {describe_sample(sample)}") from error

    def _failure(self, error: BaseException, where: str) -> SampleError:
        if isinstance(error, self._passes_on):
            raise error
        return SampleError(error, where)

    def _goes_on(self, operation: Operation, result: Any, report: Report) -> bool:
        if operation.accepts(result):
            return True
        report.dropped += 1
        return False


def _results(operation: Operation, sample: Sample) -> Iterable[Any]:
    identity = sample.identity
    if operation.maps is not None:
        result = operation.maps(sample)
        return [result.identified_by(identity) if isinstance(result, Sample) else result]
    assert operation.generates is not None
    assert identity is not None
    # Copies: a processor may yield one sample several times, and each of them has random numbers of its own.
    return [
        result.copy().identified_by(identity.child(number)) if isinstance(result, Sample) else result
        for number, result in enumerate(_all_of(operation.generates([sample])))
    ]


def _all_of(results: Iterable[Any]) -> Iterable[Any]:
    """The results, where a StopIteration may be an error rather than their end."""
    if isinstance(results, list | tuple | GeneratorType):
        return results
    iterator = iter(results)
    drawn = []
    while True:
        try:
            drawn.append(next(iterator))
        except StopIteration as end:
            if comes_from_function(end):
                raise
            return drawn
