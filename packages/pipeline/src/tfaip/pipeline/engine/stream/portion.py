"""The items that move between the parts of the engine: portions of a pass, the mark of its end, the state.

A pass lines up the *elements* of the source (a sample, or a whole batch if the generator yields batches) in some order;
the *position* of an element is its number in that line. A portion holds a few elements, and is the unit of work of a
worker. The state says which position comes next.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tfaip.pipeline.batching.batch import Packed
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import StateError

__all__ = [
    "FORMAT_VERSION",
    "EndOfPass",
    "Indices",
    "Origin",
    "PackedRows",
    "PipelineState",
    "Portion",
    "Samples",
    "StreamItem",
    "describe_element",
    "origins",
]

Origin = tuple[int, int]
"""A sample's name: the position of the element it comes from, and its number among the samples made of that element."""


@dataclass(slots=True)
class Portion:
    """Some elements of a pass.

    Attributes:
        epoch: The pass.
        positions: The position of each element.
        keep: Where only some of the samples made of these elements are wanted (when a state is restored), which.
    """

    epoch: int
    positions: Sequence[int]
    keep: frozenset[Origin] | None = field(default=None, kw_only=True)


@dataclass(slots=True)
class Indices(Portion):
    """Elements that still have to be read from the generator, `indices[i]` being the one at `positions[i]`."""

    indices: list[int]

    def __reduce__(self) -> tuple[Any, ...]:
        positions = self.positions
        # As nearly always: the positions follow each other, and the first one says it all.
        short = positions.start if isinstance(positions, range) and positions.step == 1 else positions
        return _indices, (self.epoch, short, self.indices, self.keep)


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
    if isinstance(portion, Samples):
        number = element if portion.elements is None else portion.elements.index(element)
        return str(portion.samples[number].identity)
    return f"position {portion.positions[element]} of epoch {portion.epoch}"


def _indices(epoch: int, positions: Sequence[int] | int, indices: list[int], keep: frozenset[Origin] | None) -> Indices:
    if isinstance(positions, int):
        positions = range(positions, positions + len(indices))
    return Indices(epoch, positions, indices, keep=keep)


FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class PipelineState:
    """The position of a pipeline; consumers store its JSON value.

    Attributes:
        epoch: The pass.
        position: The first position of the pass that is not yet in the batcher.
        pending: Samples that are in the batcher but in no batch yet, in the order in which they came there.
    """

    epoch: int = 0
    position: int = 0
    pending: tuple[Origin, ...] = ()

    def to_json(self, seed: int, length: int | None) -> dict[str, Any]:
        """A JSON value; seed and length let a pipeline with other data refuse it."""
        return {
            "format_version": FORMAT_VERSION,
            "seed": seed,
            "length": length,
            "epoch": self.epoch,
            "position": self.position,
            "pending": [list(origin) for origin in self.pending],
        }

    @classmethod
    def from_json(cls, stored: Any, seed: int, length: int | None) -> PipelineState:
        """The state that `to_json` wrote.

        Raises:
            StateError: It is no state, or one of a pipeline with another seed or length.
        """
        if not isinstance(stored, Mapping) or stored.get("format_version") != FORMAT_VERSION:
            raise StateError(
                f"the state must be what state() returned (format_version {FORMAT_VERSION}), got {stored!r}"
            )
        for name, own in (("seed", seed), ("length", length)):
            if stored.get(name) != own:
                raise StateError(
                    f"the state belongs to a pipeline with {name} {stored.get(name)}, this one has {name} {own}: "
                    f"the batches would not go on where they stopped"
                )
        try:
            pending = tuple((int(position), int(number)) for position, number in stored["pending"])
            state = cls(int(stored["epoch"]), int(stored["position"]), pending)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the state is damaged ({type(error).__name__}: {error}), got {stored!r}") from error
        if state.epoch < 0 or state.position < 0 or (length is not None and state.position > length):
            raise StateError(f"the state is damaged (epoch or position out of range), got {stored!r}")
        return state
