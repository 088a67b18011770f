"""`Batcher`: puts rows together to batches, and knows at each batch where the pass has to go on after it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator

from tfaip.pipeline.batching.batch import Batch
from tfaip.pipeline.engine.stream.place import Place
from tfaip.pipeline.engine.stream.portion import Origin, PackedRows, Portion, Samples

__all__ = ["BatchAt", "Batcher"]

BatchAt = tuple[Batch, Place]
"""A batch, and the place at which the pass goes on after it."""


class Batcher(ABC):
    """What all ways of batching share: fed with the portions of a pass in order, it gives batches."""

    @abstractmethod
    def add(self, portion: Samples | PackedRows) -> Iterator[BatchAt]:
        """The batches that are complete with these samples."""

    @abstractmethod
    def flush(self) -> Iterator[BatchAt]:
        """At the end of a pass: the batches of what is left. Nothing is held back afterwards."""


class Progress:
    """The positions that were fed to a batcher.

    Attributes:
        epoch: The pass.
        position: The first position that was not fed.
    """

    __slots__ = ("epoch", "position")

    def __init__(self) -> None:
        self.epoch = 0
        self.position = 0

    def feed(self, portion: Portion) -> None:
        """Take note of the positions of a portion."""
        if portion.epoch != self.epoch:
            self.epoch, self.position = portion.epoch, 0
        self.position = max(self.position, portion.positions[-1] + 1)

    def place(self, pending: tuple[Origin, ...]) -> Place:
        """The place if these samples are pending."""
        return Place(self.epoch, self.position, pending)
