"""Samples that the caller has at hand, as a source of a pipeline."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from tfaip.pipeline import DataGenerator, DataGeneratorParams, Sample

__all__ = ["RawSamplesParams"]


class RawSamplesParams(DataGeneratorParams):
    """Not on any command line, nor in a file: it carries the samples themselves.

    Args:
        samples: Read once, lazily, in the caller's process.
    """

    __slots__ = ("samples",)

    samples: Iterable[Sample]

    def __init__(self, samples: Iterable[Sample]) -> None:
        super().__init__()
        object.__setattr__(self, "samples", samples)

    def cls(self) -> type[RawSamples]:
        """Return the generator's class."""
        return RawSamples


class RawSamples(DataGenerator[RawSamplesParams]):
    """A stream of the caller's samples."""

    def generate(self) -> Iterable[Any]:
        """Return the samples, in the caller's order."""
        return self.params.samples
