"""The items that move between the parts of the engine: portions of a pass, and the mark of its end.

A pass lines up the *elements* of the source (a sample, or a whole batch if the generator yields batches) in some order;
the *position* of an element is its number in that line. A portion holds a few elements, and is the unit of work of a
worker. The state (see `state.py`) says which position comes next.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from tfaip.pipeline.batching.batch import Packed
from tfaip.pipeline.data.sample import Sample

__all__ = [
    "ChunkRead",
    "EndOfPass",
    "Indices",
    "Origin",
    "PackedRows",
    "Portion",
    "Samples",
    "ShardChunk",
    "ShardProgress",
    "StreamItem",
    "describe_element",
    "origins",
]

Origin = tuple[int, int]
"""A sample's name: the position of the element it comes from, and its number among the samples made of that element."""


class ChunkRead(NamedTuple):
    """The result of reading a chunk of a lane.

    Attributes:
        lane: The number of the lane.
        size: The records of the chunk.
        ended: Whether the lane has no further ones.
        finished: Each shard whose end was found: its number in the lane, and the number of its records.
    """

    lane: int
    size: int
    ended: bool
    finished: tuple[tuple[int, int], ...]


@dataclass(slots=True)
class Portion:
    """Some elements of a pass.

    Attributes:
        epoch: The pass.
        positions: The position of each element.
        keep: Where only some of the samples made of these elements are wanted (when a state is restored), which.
        read: The result of reading, where the elements are a chunk of shards.
    """

    epoch: int
    positions: Sequence[int]
    keep: frozenset[Origin] | None = field(default=None, kw_only=True)
    read: ChunkRead | None = field(default=None, kw_only=True)


@dataclass(slots=True)
class Indices(Portion):
    """Elements that still have to be read from the generator, `indices[i]` being the one at `positions[i]`."""

    indices: list[int]

    def __reduce__(self) -> tuple[Any, ...]:
        positions = self.positions
        # As nearly always: the positions follow each other, and the first one says it all.
        short = positions.start if isinstance(positions, range) and positions.step == 1 else positions
        return _indices, (self.epoch, short, self.indices, self.keep)


class ShardProgress(ABC):
    """The known lengths of the shards of a pass, in the consumer's process."""

    @abstractmethod
    def arrived(self, read: ChunkRead) -> None:
        """Take note of a chunk that was read, in whatever order chunks come back."""

    @abstractmethod
    def lengths_of(self, lane: int) -> tuple[tuple[int, int], ...]:
        """The shards of a lane that were read to their ends, as in `ChunkRead.finished`."""


@dataclass(slots=True)
class ShardChunk(Portion):
    """The next records of a lane, which still have to be read; at its end there are fewer than positions.

    Attributes:
        lane: The number of the lane.
        number: Of the chunk in its lane.
        progress: Is told what was found; it stays in the consumer's process.
        known: Lengths that a worker is told, if it has not read the lane up to here.
    """

    lane: int
    number: int
    progress: ShardProgress | None
    known: tuple[tuple[int, int], ...] = ()

    def known_lengths(self) -> tuple[tuple[int, int], ...]:
        """The shards of this lane whose lengths are known."""
        return self.known if self.progress is None else self.progress.lengths_of(self.lane)

    def was_read(self, read: ChunkRead | None) -> None:
        """Take note of the end of shards."""
        if self.progress is not None and read is not None:
            self.progress.arrived(read)

    def __reduce__(self) -> tuple[Any, ...]:
        first, count = self.positions[0], len(self.positions)
        return _shard_chunk, (self.epoch, first, count, self.lane, self.number, self.known, self.keep)


@dataclass(slots=True)
class Samples(Portion):
    """Samples.

    Attributes:
        samples: The samples.
        elements: For each sample, the number of its element in `positions`; None if there is exactly one of each.
    """

    samples: list[Sample]
    elements: list[int] | None = None


@dataclass(slots=True)
class PackedRows(Portion):
    """Samples that are ready for the model, stacked.

    Attributes:
        packed: The arrays; None if no sample is left.
        elements: As in `Samples`.
    """

    packed: Packed | None
    elements: list[int] | None = None


@dataclass(slots=True)
class EndOfPass:
    """All portions of a pass came before this."""

    epoch: int


StreamItem = Portion | EndOfPass


def origins(portion: Samples | PackedRows, count: int) -> list[Origin]:
    """The origin of each of the `count` samples of a portion."""
    if portion.elements is None:
        return [(position, 0) for position in portion.positions]
    numbers: dict[int, int] = {}
    found = []
    for element in portion.elements:
        number = numbers.get(element, 0)
        numbers[element] = number + 1
        found.append((portion.positions[element], number))
    return found


def describe_element(portion: Portion, element: int) -> str:
    """The identity of an element of a portion; of the portion if there is no such element."""
    if not 0 <= element < len(portion.positions):
        return f"position {portion.positions[0]} of epoch {portion.epoch}"
    if isinstance(portion, Indices):
        return f"sample {portion.indices[element]} of epoch {portion.epoch}"
    if isinstance(portion, ShardChunk):
        return f"sample {element} of chunk {portion.number} of lane {portion.lane} of epoch {portion.epoch}"
    if isinstance(portion, Samples):
        number = element if portion.elements is None else portion.elements.index(element)
        return str(portion.samples[number].identity)
    return f"position {portion.positions[element]} of epoch {portion.epoch}"


def _indices(epoch: int, positions: Sequence[int] | int, indices: list[int], keep: frozenset[Origin] | None) -> Indices:
    if isinstance(positions, int):
        positions = range(positions, positions + len(indices))
    return Indices(epoch, positions, indices, keep=keep)


def _shard_chunk(
    epoch: int,
    first: int,
    count: int,
    lane: int,
    number: int,
    known: tuple[tuple[int, int], ...],
    keep: frozenset[Origin] | None,
) -> ShardChunk:
    return ShardChunk(epoch, range(first, first + count), lane, number, None, known, keep=keep)
