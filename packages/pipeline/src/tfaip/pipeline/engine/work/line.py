"""`Line`: what a portion runs along in one process, reading and processing its elements one after the other."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.program import Program
from tfaip.pipeline.engine.stream.portion import Indices, Samples
from tfaip.pipeline.engine.work.step import Step
from tfaip.pipeline.errors import UnusableSampleError
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError

__all__ = ["Finish", "Line", "Watch", "note_failure", "numbered"]

Watch = Callable[[int], None]
"""Is told the number of each element before the work on it begins."""

Finish = Callable[[Sample], Any]
"""What is made of each sample that has come through, after a check against the specs."""


class Line(ABC):
    """A segment of a program with all that surrounds a processor: validity, identity, errors, time.

    Args:
        steps: The processors, of which none needs the stream.
        program: Says the seed.
        generator: Reads the samples of a portion of indices.
        origin: Where the results come from, for messages on those that do not fit the specs.
        passes_on: Errors that are no sample's, and leave the line as they are.
    """

    def __init__(
        self,
        steps: Sequence[Step],
        program: Program,
        generator: DataGenerator[Any] | None,
        origin: str,
        passes_on: tuple[type[BaseException], ...] = INTERRUPTIONS,
    ) -> None:
        self._steps = steps
        self._seed = program.seed
        self._generator = generator
        self._origin = origin
        self._passes_on = passes_on

    @abstractmethod
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
        """What becomes of the samples of a portion, and for each result the number of its element.

        Args:
            portion: The elements.
            finish: What is made of each sample at the end; None for the samples themselves.
            report: Is told what happened.
            skip: Numbers of elements that are left out.
            watch: Is told before each element which one it is.
            skips_bad: Whether a sample that fails is left out and reported, rather than raised.

        Raises:
            SampleError: A sample could not be read, processed or finished.
        """


def note_failure(failure: SampleError, report: Report, *, skips_bad: bool) -> None:
    """Report a sample that failed if it is to be left out, else raise."""
    if not skips_bad and not isinstance(failure.error, UnusableSampleError):
        raise failure
    report.failures.append(failure.summary())


def numbered(portion: Indices | Samples) -> Iterator[tuple[int, Any]]:
    """What an element is read from, or a sample of it, with the number of the element."""
    if isinstance(portion, Indices):
        return enumerate(portion.indices)
    if portion.elements is None:
        return enumerate(portion.samples)
    return zip(portion.elements, portion.samples, strict=True)
