"""`InMemoryGenerator`: samples that somebody has already."""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams
from tfaip.pipeline.data.sample import Sample

__all__ = ["InMemoryGenerator", "InMemoryGeneratorParams"]


@params(name="InMemory")
class InMemoryGeneratorParams(DataGeneratorParams):
    """A list of samples."""

    samples: list[Any] = field(factory=list, mode="ignore", help="The samples")

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return InMemoryGenerator


class InMemoryGenerator(DataGenerator[InMemoryGeneratorParams]):
    """Hands out the samples of its parameters."""

    thread_safe = True

    def __len__(self) -> int:
        """Their number."""
        return len(self.params.samples)

    def __getitem__(self, index: int) -> Sample:
        """One of them."""
        sample: Sample = self.params.samples[index]
        return sample
