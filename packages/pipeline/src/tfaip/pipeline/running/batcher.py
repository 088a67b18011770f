"""`Batcher`: puts rows together to batches, and knows the state after each of them."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterator, Sequence

from tfaip.pipeline.batching.batch import Batch, Packed, Row
from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.engine.stream.portion import Origin, PackedRows, Portion, Samples, origins
from tfaip.pipeline.engine.stream.state import PipelineState, ShardState

__all__ = ["AsGivenBatcher", "BatchAt", "Batcher", "FixedBatcher", "positions_of", "with_positions"]

BatchAt = tuple[Batch, PipelineState]
"""A batch, and the state after it."""


class Batcher(ABC):
    """Base of all ways of batching: fed with the portions of a pass in order, it gives batches."""

    def __init__(self) -> None:
        self._progress = Progress()

    def go_on_from(self, start: PipelineState) -> None:
        """Begin where a state was taken."""
        self._progress = Progress(start)

    @abstractmethod
    def add(self, portion: Samples | PackedRows) -> Iterator[BatchAt]:
        """The batches that are complete with these samples."""

    @abstractmethod
    def flush(self) -> Iterator[BatchAt]:
        """At the end of a pass: the batches of the remaining samples. Nothing is held back afterwards."""


def with_positions(batch: Batch, positions: Sequence[int]) -> Batch:
    """The batch, which tells from which elements its samples come."""
    batch.positions = positions
    return batch


def positions_of(of_samples: Sequence[Origin]) -> list[int]:
    """The positions of the elements that samples come from."""
    return [position for position, _ in of_samples]


class Progress:
    """The positions that were fed to a batcher.

    Attributes:
        epoch: The pass.
        position: The first position that was not fed.
        found: The shards whose ends were found on the way, see `ShardState`.
    """

    __slots__ = ("epoch", "found", "is_sharded", "position")

    def __init__(self, start: PipelineState | None = None) -> None:
        start = start or PipelineState()
        self.epoch = start.epoch
        self.position = start.position
        self.found = start.shards.lengths if start.shards else {}
        self.is_sharded = False

    def feed(self, portion: Portion) -> None:
        """Take note of the positions of a portion."""
        if portion.epoch != self.epoch:
            self.epoch, self.position, self.found = portion.epoch, 0, {}
        if portion.positions:
            self.position = max(self.position, portion.positions[-1] + 1)
        if (read := portion.read) is not None:
            self.is_sharded = True
            for ordinal, count in read.finished:
                self.found[read.lane, ordinal] = count

    def state(self, pending: tuple[Origin, ...]) -> PipelineState:
        """The state if these samples are pending."""
        shards = ShardState(self.found, len(self.found)) if self.is_sharded else None
        return PipelineState(self.epoch, self.position, pending, shards)


class AsGivenBatcher(Batcher):
    """Each portion is a batch: the samples of the generator, less those that processors dropped."""

    def __init__(self, layout: BatchLayout) -> None:
        super().__init__()
        self._layout = layout

    def add(self, portion: Samples | PackedRows) -> Iterator[BatchAt]:
        """See `Batcher`."""
        self._progress.feed(portion)
        assert isinstance(portion, PackedRows)
        if portion.packed is not None:
            batch = self._layout.batch(portion.packed)
            yield with_positions(batch, [portion.positions[0]] * batch.size), self._progress.state(())

    def flush(self) -> Iterator[BatchAt]:
        """Nothing is ever left."""
        return iter(())


class FixedBatcher(Batcher):
    """Every `size` samples become a batch; the rest of a pass becomes a smaller one, or is dropped.

    A portion that was packed by a worker and is just what the next batch needs goes through untouched. Only after a
    processor has dropped or added samples, rows move from portion to portion, and batches are packed anew.
    """

    def __init__(self, layout: BatchLayout, size: int, *, drop_remainder: bool) -> None:
        super().__init__()
        self._layout = layout
        self._size = size
        self._drop_remainder = drop_remainder
        self._rows: list[Row] = []
        self._origins: list[Origin] = []
        # A packed portion that is too small for a batch, as the last one of a pass often is; its rows are not in _rows.
        self._small: Packed | None = None

    def add(self, portion: Samples | PackedRows) -> Iterator[BatchAt]:
        """See `Batcher`."""
        self._progress.feed(portion)
        assert isinstance(portion, PackedRows)
        packed = portion.packed
        if packed is None:
            return
        count = len(packed.meta)
        if not self._origins and portion.keep is None:
            if count == self._size:
                # Not looked at in most uses, and as cheap as it can be therefore.
                positions = portion.positions if portion.elements is None else positions_of(origins(portion, count))
                yield with_positions(self._layout.batch(packed), positions), self._progress.state(())
                return
            if count < self._size:
                self._small = packed
                self._origins = origins(portion, count)
                return
        self._unpack_small()
        for row, origin in zip(self._layout.unpack(packed), origins(portion, count), strict=True):
            if portion.keep is None or origin in portion.keep:
                self._rows.append(row)
                self._origins.append(origin)
        while len(self._rows) >= self._size:
            rows, self._rows = self._rows[: self._size], self._rows[self._size :]
            positions = positions_of(self._origins[: self._size])
            self._origins = self._origins[self._size :]
            batch = with_positions(self._layout.batch(self._layout.pack(rows)), positions)
            yield batch, self._progress.state(tuple(self._origins))

    def flush(self) -> Iterator[BatchAt]:
        """See `Batcher`."""
        small, rows, positions = self._small, self._rows, positions_of(self._origins)
        self._small, self._rows, self._origins = None, [], []
        if self._drop_remainder or not (small or rows):
            return
        batch = self._layout.batch(small or self._layout.pack(rows))
        yield with_positions(batch, positions), self._progress.state(())

    def _unpack_small(self) -> None:
        if self._small is not None:
            self._rows = self._layout.unpack(self._small)
            self._small = None
