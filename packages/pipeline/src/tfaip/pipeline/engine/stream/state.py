"""`PipelineState`: the position of a pipeline, and the JSON value that consumers store."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby, islice
from typing import Any

from tfaip.pipeline.engine.stream.portion import Origin
from tfaip.pipeline.errors import StateError

__all__ = ["FORMAT_VERSION", "PipelineState", "ShardState"]


FORMAT_VERSION = 1


@dataclass(frozen=True, slots=True)
class PipelineState:
    """The position of a pipeline; consumers store its JSON value.

    Attributes:
        epoch: The pass.
        position: The first position of the pass that is not yet in the batcher.
        pending: Samples that are in the batcher but in no batch yet, in the order in which they came there.
        shards: The place in the shards of a sharded source.
    """

    epoch: int = 0
    position: int = 0
    pending: tuple[Origin, ...] = ()
    shards: ShardState | None = None

    def to_json(self, seed: int, length: int | None, layout: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """A JSON value; seed, length and the layout of shards let a pipeline with other data refuse it."""
        stored: dict[str, Any] = {
            "format_version": FORMAT_VERSION,
            "seed": seed,
            "length": length,
            "epoch": self.epoch,
            "position": self.position,
            "pending": [list(origin) for origin in self.pending],
        }
        if layout is not None:
            stored["shards"] = (self.shards or ShardState({}, 0)).to_json(layout)
        return stored

    @classmethod
    def from_json(
        cls, stored: Any, seed: int, length: int | None, layout: Mapping[str, Any] | None = None
    ) -> PipelineState:
        """The state that `to_json` wrote.

        Raises:
            StateError: It is no state, or one of a pipeline with another seed, length or layout of shards.
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
        if ("shards" in stored) != (layout is not None):
            was, now = ("sharded", "not") if layout is None else ("not sharded", "is")
            raise StateError(f"the state belongs to a source that is {was}, this one {now}: the batches would differ")
        try:
            pending = tuple((int(position), int(number)) for position, number in stored["pending"])
            shards = None if layout is None else ShardState.from_json(stored["shards"], layout)
            state = cls(int(stored["epoch"]), int(stored["position"]), pending, shards)
        except (KeyError, TypeError, ValueError) as error:
            raise StateError(f"the state is damaged ({type(error).__name__}: {error}), got {stored!r}") from error
        if state.epoch < 0 or state.position < 0 or _is_behind(state, length):
            raise StateError(f"the state is damaged (epoch or position out of range), got {stored!r}")
        return state


@dataclass(frozen=True, slots=True)
class ShardState:
    """The place in the shards, as a part of the state.

    Attributes:
        found: The shards whose ends were found: lane, number in the lane, and number of records. It may grow.
        count: So many of them, the first ones, were found up to this state.
        batches: Batches of the pass so far.
        skip: Batches of the pass that are made and dropped, where the place is that of another machine. The last
            batch of the pass is never dropped, so that each machine tells of its end.
    """

    found: Mapping[tuple[int, int], int]
    count: int
    batches: int = 0
    skip: int = 0

    @property
    def lengths(self) -> dict[tuple[int, int], int]:
        """The shards whose ends were found up to this state."""
        return dict(islice(self.found.items(), self.count))

    def to_json(self, layout: Mapping[str, Any]) -> dict[str, Any]:
        """A JSON value: for each lane `[length, how often]`, as most shards are of one length; -1 is not known yet."""
        lanes: dict[int, dict[int, int]] = {}
        for (lane, ordinal), count in self.lengths.items():
            lanes.setdefault(lane, {})[ordinal] = count
        lengths = [
            [[count, len(list(same))] for count, same in groupby(_dense(lanes.get(lane, {})))]
            for lane in range(max(lanes, default=-1) + 1)
        ]
        return {"layout": dict(layout), "lengths": lengths, "batches": self.batches, "skip": self.skip}

    @classmethod
    def from_json(cls, stored: Any, layout: Mapping[str, Any]) -> ShardState:
        """The state that `to_json` wrote.

        Raises:
            StateError: It belongs to other shards, or to the same ones dealt in another way.
            KeyError, TypeError, ValueError: It is damaged.
        """
        if not isinstance(stored, Mapping) or not isinstance(stored["layout"], Mapping):
            raise TypeError("shards must be an object with a layout")
        for name, own in layout.items():
            if stored["layout"].get(name) != own:
                raise StateError(
                    f"the state belongs to a pipeline whose shards have {name} {stored['layout'].get(name)}, this one "
                    f"has {own}: the batches would not go on where they stopped"
                )
        found: dict[tuple[int, int], int] = {}
        total = int(layout["count"]) * (int(layout["machines"]) + 1)
        for lane, runs in enumerate(stored["lengths"]):
            first = 0
            for count, times in runs:
                if not 0 < times <= total - first or lane >= total:
                    raise ValueError(f"there are only {layout['count']} shards")
                if count >= 0:
                    found.update({(lane, ordinal): int(count) for ordinal in range(first, first + times)})
                first += times
        batches, skip = int(stored["batches"]), int(stored["skip"])
        if min(batches, skip) < 0:
            raise ValueError("batches and skip must be >= 0")
        return cls(found, len(found), batches, skip)


def _is_behind(state: PipelineState, length: int | None) -> bool:
    """Whether the position is behind the last one; those of shards are numbered with gaps."""
    return state.shards is None and length is not None and state.position > length


def _dense(lengths: Mapping[int, int]) -> Sequence[int]:
    return [lengths.get(ordinal, -1) for ordinal in range(max(lengths, default=-1) + 1)]
