"""`ShardSource`: asks for the chunks of all lanes in turn, until each lane has ended."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from tfaip.pipeline.engine.shards.layout import ShardLayout
from tfaip.pipeline.engine.stream.portion import ChunkRead, Portion, ShardChunk, ShardProgress
from tfaip.pipeline.engine.stream.source import Source
from tfaip.pipeline.engine.stream.state import PipelineState

__all__ = ["PassOfShards", "ShardSource"]


class PassOfShards(ShardProgress):
    """The progress of a pass: the shards that were read to their ends, and the lanes that have ended.

    Args:
        lengths: Shards that are known at the begin: lane and number of a shard in it, and the number of its records.
    """

    def __init__(self, lengths: dict[tuple[int, int], int]) -> None:
        self.lengths = lengths
        self.ended: set[int] = set()

    def arrived(self, read: ChunkRead) -> None:
        """See `ShardProgress`."""
        for ordinal, count in read.finished:
            self.lengths[read.lane, ordinal] = count
        if read.ended:
            self.ended.add(read.lane)

    def lengths_of(self, lane: int) -> tuple[tuple[int, int], ...]:
        """See `ShardProgress`."""
        # A copy, since worker threads ask while the consumer adds to it.
        return tuple((ordinal, count) for (number, ordinal), count in list(self.lengths.items()) if number == lane)


class ShardSource(Source):
    """Hands out chunks of lanes; the process that works on a chunk reads it.

    The position of a record is the number of its turn, times the size of a chunk, plus its number in the chunk. It
    depends on the layout alone, although nobody knows how many records there are: turns of lanes that have ended are
    empty.

    Args:
        seed: Of the order and of the samples' random numbers.
        layout: The lanes.
        length: The number of samples of a pass, if the generator knows it.
        on_pass_read: Is told how many records a whole pass had.
    """

    def __init__(
        self, seed: int, layout: ShardLayout, length: int | None, on_pass_read: Callable[[int], None] | None = None
    ) -> None:
        super().__init__(seed, layout.chunk)
        self.layout = layout
        self._length = length
        self._on_pass_read = on_pass_read

    @property
    def length(self) -> int | None:
        """The number of elements of a pass; None if it is not known."""
        return self._length

    def portions(self, start: PipelineState) -> Iterator[Portion]:
        """See `Source`."""
        progress = PassOfShards(dict(start.shards.lengths) if start.shards else {})
        size, lanes = self.portion_size, self.layout.lanes
        for turn in sorted({position // size for position, _ in start.pending}):
            yield self._chunk(start.epoch, turn, progress, frozenset(start.pending))
        turn = -(-start.position // size)
        while len(progress.ended) < lanes:
            if turn % lanes not in progress.ended:
                yield self._chunk(start.epoch, turn, progress, None)
            turn += 1
        if self._on_pass_read is not None:
            self._on_pass_read(sum(progress.lengths.values()))

    def _chunk(
        self, epoch: int, turn: int, progress: ShardProgress, keep: frozenset[tuple[int, int]] | None
    ) -> ShardChunk:
        number, lane = divmod(turn, self.layout.lanes)
        first = turn * self.portion_size
        return ShardChunk(epoch, range(first, first + self.portion_size), lane, number, progress, keep=keep)
