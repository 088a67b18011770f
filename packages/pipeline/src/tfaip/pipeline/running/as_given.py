"""Batches that the generator has put together."""

from __future__ import annotations

from collections.abc import Iterator

from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.engine.stream.portion import PackedRows, Samples
from tfaip.pipeline.running.batcher import BatchAt, Batcher, Progress

__all__ = ["AsGivenBatcher"]


class AsGivenBatcher(Batcher):
    """Each portion is a batch: what the generator yielded, less the samples that processors dropped."""

    def __init__(self, layout: BatchLayout) -> None:
        self._layout = layout
        self._progress = Progress()

    def add(self, portion: Samples | PackedRows) -> Iterator[BatchAt]:
        """See `Batcher`."""
        self._progress.feed(portion)
        assert isinstance(portion, PackedRows)
        if portion.packed is not None:
            yield self._layout.batch(portion.packed), self._progress.place(())

    def flush(self) -> Iterator[BatchAt]:
        """Nothing is ever left."""
        return iter(())
