"""`Chain`: the processors of a segment, applied to one sample at a time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from tfaip.pipeline.data_processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.sample import Sample

from .failure import SampleError, describe_sample
from .program import Program
from .report import Report

__all__ = ["Chain"]


@dataclass(frozen=True, slots=True)
class _Step:
    number: int  # of its time in the report
    processor: DataProcessor[Any]
    maps: Callable[[Sample], Sample | None] | None
    generates: Callable[[Iterable[Sample]], Iterable[Sample]] | None
    validates: Callable[[Sample], bool] | None  # None: as `Sample.is_valid` does it


class Chain:
    """Calls the processors and takes care of all that surrounds a call: validity, identity, errors, time.

    This is the innermost loop of the pipeline: with tiny samples, it is what takes the time.

    Args:
        processors: Mapping processors and generating ones that work on single samples.
        program: Says which results are valid.
    """

    def __init__(self, processors: Sequence[DataProcessor[Any]], program: Program) -> None:
        self._needs_inputs = program.mode.needs_inputs and not program.keeps_invalid
        self._needs_targets = program.mode.needs_targets and not program.keeps_invalid
        self._steps = [_step(number, processor, program) for number, processor in enumerate(processors, 1)]
        self._only_maps = all(step.maps for step in self._steps)
        # What the loop over mapping processors needs of each step, unpacked at once.
        self._maps = [(step, step.number, step.maps, step.validates) for step in self._steps]

    def __call__(self, sample: Sample, report: Report) -> Sequence[Sample]:
        """What the processors make of a sample.

        Raises:
            SampleError: A processor failed.
        """
        if not self._only_maps:
            return self._expanded(sample, report)
        step: _Step | None = None
        identity = sample._identity
        seconds = report.seconds
        before = perf_counter()
        try:
            for step, number, maps, validates in self._maps:
                result = maps(sample)  # type: ignore[misc]  # all of them map
                if validates is None and result.__class__ is Sample:
                    # As `_is_valid` does it, without a call for each sample.
                    goes_on = not (
                        (self._needs_inputs and result.inputs is None)
                        or (self._needs_targets and result.targets is None)
                    )
                else:
                    goes_on = result is not None and self._is_valid(step, result)
                now = perf_counter()
                seconds[number] += now - before
                before = now
                if result is None or not goes_on:
                    report.dropped += 1
                    return ()
                result._identity = identity
                sample = result
        except (Exception, SystemExit) as error:
            if step is not None:
                seconds[step.number] += perf_counter() - before
            raise _failure(step, sample, error) from error
        return (sample,)

    def _expanded(self, sample: Sample, report: Report) -> list[Sample]:
        current = [sample]
        for step in self._steps:
            began = perf_counter()
            try:
                current = [
                    result
                    for before in current
                    for result in self._results(step, before)
                    if self._kept(step, result, report)
                ]
            except (Exception, SystemExit) as error:
                raise _failure(step, sample, error) from error
            finally:
                report.seconds[step.number] += perf_counter() - began
        return current

    def _results(self, step: _Step, sample: Sample) -> Iterable[Any]:
        identity = sample._identity
        if step.maps is not None:
            result = step.maps(sample)
            return [result.identified_by(identity) if isinstance(result, Sample) else result]
        assert step.generates is not None
        assert identity is not None
        # Copies: a processor may yield one sample several times, and each of them has random numbers of its own.
        return [
            result.copy().identified_by(identity.child(number)) if isinstance(result, Sample) else result
            for number, result in enumerate(step.generates([sample]))
        ]

    def _kept(self, step: _Step, result: Any, report: Report) -> bool:
        if result is not None and self._is_valid(step, result):
            return True
        report.dropped += 1
        return False

    def _is_valid(self, step: _Step, result: Sample) -> bool:
        if result.__class__ is not Sample:
            raise DefinitionError(
                f"{type(step.processor).__name__} must return a Sample or None, got {type(result).__name__}"
            )
        if step.validates is not None:
            return step.validates(result)
        return not ((result.inputs is None and self._needs_inputs) or (result.targets is None and self._needs_targets))


def _step(number: int, processor: DataProcessor[Any], program: Program) -> _Step:
    overridden = type(processor).is_valid_sample is not DataProcessor.is_valid_sample
    validates = processor.is_valid_sample if overridden and not program.keeps_invalid else None
    if isinstance(processor, MappingDataProcessor):
        return _Step(number, processor, processor.preload if program.preloading else processor.apply, None, validates)
    assert isinstance(processor, GeneratingDataProcessor)
    generates = processor.preload if program.preloading else processor.generate
    return _Step(number, processor, None, generates, validates)


def _failure(step: _Step | None, sample: Sample, error: BaseException) -> SampleError:
    assert step is not None
    return SampleError(error, f"in {type(step.processor).__name__}, {describe_sample(sample)}")
