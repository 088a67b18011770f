"""`Step`: a processor as the loops over samples use it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from tfaip.pipeline.data.processor import DataProcessor, GeneratingDataProcessor, MappingDataProcessor
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.program import Program
from tfaip.pipeline.errors import DefinitionError

__all__ = ["Step", "make_steps"]


@dataclass(frozen=True, slots=True)
class Step:
    """A processor, and which of its results go on.

    Attributes:
        number: Of its time in the report.
        processor: The processor.
        maps: What makes one sample of one; None for a generating processor.
        generates: What makes several of one; None for a mapping processor.
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


def make_steps(processors: Sequence[DataProcessor[Any]], program: Program) -> list[Step]:
    """The steps of a segment."""
    return [_step(number, processor, program) for number, processor in enumerate(processors, 1)]


def _step(number: int, processor: DataProcessor[Any], program: Program) -> Step:
    maps: Callable[[Sample], Sample | None] | None = None
    generates: Callable[[Iterable[Sample]], Iterable[Sample]] | None = None
    if isinstance(processor, MappingDataProcessor):
        maps = processor.preload if program.preloading else processor.apply
    else:
        assert isinstance(processor, GeneratingDataProcessor)
        generates = processor.preload if program.preloading else processor.generate
    checks = not program.keeps_invalid
    overridden = type(processor).is_valid_sample is not DataProcessor.is_valid_sample
    return Step(
        number,
        processor,
        maps,
        generates,
        needs_inputs=checks and program.mode.needs_inputs,
        needs_targets=checks and program.mode.needs_targets,
        validates=processor.is_valid_sample if checks and overridden else None,
        validates_subclass=processor.is_valid_sample if checks else None,
    )
