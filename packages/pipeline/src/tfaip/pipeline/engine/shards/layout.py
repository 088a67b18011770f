"""`ShardLayout`: which machine and which lane reads which shard; it follows from numbers and the seed alone."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from tfaip.pipeline.data.sample import pass_order

__all__ = ["ShardLayout", "digest_of", "shard_name"]

_SHARDS_OF_LANE = 2
"""A lane mixes so many shards: enough for batches of more than one, with enough lanes for all workers."""

_LONGEST_NAME = 200


@dataclass(frozen=True)
class ShardLayout:
    """How the shards of a generator are dealt to machines, and those of a machine to lanes.

    A lane is a line of shards that one worker reads, some at once, with a shuffle buffer of its own. The number of
    lanes does not depend on the number of workers, so that the batches do not either.

    Attributes:
        count: The number of shards.
        digest: Of their names.
        machine: The number of this machine.
        machines: The number of machines.
        open_shards: The most shards that are read at the same time.
        chunk: Samples of a chunk, which is the work of one task.
        buffer: Samples of all shuffle buffers together; 0 keeps the order.
    """

    count: int
    digest: str
    machine: int
    machines: int
    open_shards: int
    chunk: int
    buffer: int

    @property
    def parts(self) -> int:
        """Parts of each shard, each read by one machine: 1 unless there are more machines than shards."""
        return -(-self.machines // self.count) if self.count else 1

    @property
    def keeps_stream(self) -> bool:
        """Whether the positions are the indices of the samples in the stream of all shards."""
        return not self.buffer and self.machines == 1

    @property
    def own(self) -> int:
        """The number of shards, or parts of shards, that this machine reads."""
        return len(range(self.machine, self.count * self.parts, self.machines))

    @property
    def lanes(self) -> int:
        """The number of lanes; 1 where the order is kept."""
        return min(self.own, max(1, self.open_shards // _SHARDS_OF_LANE)) if self.buffer else min(self.own, 1)

    @property
    def shards_of_lane(self) -> int:
        """So many shards of a lane are read at the same time."""
        return max(1, self.open_shards // max(self.lanes, 1)) if self.buffer else 1

    @property
    def buffer_of_lane(self) -> int:
        """Samples in the shuffle buffer of a lane."""
        return -(-self.buffer // max(self.lanes, 1))

    def line_of(self, seed: int, epoch: int, lane: int) -> list[tuple[int, int]]:
        """The shards of a lane in the order of a pass, each with the part of it that is read."""
        entries = self.count * self.parts
        order = pass_order(seed, epoch, entries).tolist() if self.buffer else range(entries)
        mine = order[self.machine :: self.machines]
        return [divmod(entry, self.parts) for entry in mine[lane :: self.lanes]]

    def to_json(self) -> dict[str, Any]:
        """All that a state depends on, but for the number of this machine."""
        values = asdict(self)
        del values["machine"]
        return values


def digest_of(shards: Sequence[Any]) -> str:
    """A short text that differs where the names of shards do."""
    return hashlib.sha256("\n".join(map(shard_name, shards)).encode("utf-8", "replace")).hexdigest()[:16]


def shard_name(shard: Any) -> str:
    """A shard in words: its path, or the name of its function."""
    if isinstance(shard, str | os.PathLike):
        return str(shard)
    name = getattr(shard, "__qualname__", None)
    if isinstance(name, str):
        return name
    # No address of an object, which differs from process to process.
    is_anonymous = callable(shard) or " object at 0x" in (text := repr(shard))
    return type(shard).__name__ if is_anonymous else text[:_LONGEST_NAME]
