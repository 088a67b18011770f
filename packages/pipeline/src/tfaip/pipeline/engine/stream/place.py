"""`Place`: how far a pipeline has come, as the small JSON value that consumers store."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from tfaip.pipeline.engine.stream.portion import Origin
from tfaip.pipeline.errors import StateError

__all__ = ["FORMAT_VERSION", "Place"]

FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class Place:
    """What comes next.

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
    def from_json(cls, state: Any, seed: int, length: int | None) -> Place:
        """The place that `to_json` wrote.

        Raises:
            StateError: It is no state, or one of a pipeline with another seed or length.
        """
        if not isinstance(state, Mapping) or state.get("format_version") != FORMAT_VERSION:
            raise StateError(
                f"the state must be what state() returned (format_version {FORMAT_VERSION}), got {state!r}"
            )
        for name, own in (("seed", seed), ("length", length)):
            if state.get(name) != own:
                raise StateError(
                    f"the state belongs to a pipeline with {name} {state.get(name)}, this one has {name} {own}: "
                    f"the batches would not go on where they stopped"
                )
        try:
            pending = tuple((int(position), int(number)) for position, number in state["pending"])
            place = cls(int(state["epoch"]), int(state["position"]), pending)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the state is damaged ({type(error).__name__}: {error}), got {state!r}") from error
        if place.epoch < 0 or place.position < 0 or (length is not None and place.position > length):
            raise StateError(f"the state is damaged (epoch or position out of range), got {state!r}")
        return place
