"""Batches of samples of similar length, which need little padding."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from tfaip.pipeline.batching.batch import Row
from tfaip.pipeline.batching.layout import BatchLayout
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.stream.portion import Origin, PackedRows, Samples, origins
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.running.batcher import BatchAt, Batcher, positions_of, with_positions
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError, describe_sample

__all__ = ["BucketBatcher", "default_bucket_sizes"]


def default_bucket_sizes(batch_size: int, boundaries: Sequence[int]) -> list[int]:
    """Batch sizes for which all buckets hold about as much: `batch_size` is that of the longest samples.

    A bucket of samples that are shorter than `boundary` gets `batch_size * max(boundaries) // boundary`. Samples longer
    than all boundaries come in batches of `batch_size`.
    """
    if not boundaries:
        return [batch_size]
    longest = boundaries[-1]
    return [*(batch_size * longest // boundary for boundary in boundaries), batch_size]


class BucketBatcher(Batcher):
    """One batch in the making per range of lengths.

    Args:
        layout: How samples are packed.
        boundaries: Ascending; a bucket holds samples that are shorter than its boundary, not than the one before.
        sizes: The batch size of each bucket, one more than boundaries.
        length_of: The length of a sample.
        drop_remainder: Whether what is left at the end of a pass is dropped.
        skip: Is told of a sample that can't be measured, which is left out; None to raise.
    """

    def __init__(
        self,
        layout: BatchLayout,
        boundaries: Sequence[int],
        sizes: Sequence[int],
        length_of: Callable[[Sample], int],
        *,
        drop_remainder: bool,
        skip: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._layout = layout
        self._boundaries = boundaries
        self._sizes = sizes
        self._length_of = length_of
        self._drop_remainder = drop_remainder
        self._skip = skip
        self._buckets: list[list[tuple[Origin, Row]]] = [[] for _ in sizes]

    def add(self, portion: Samples | PackedRows) -> Iterator[BatchAt]:
        """See `Batcher`."""
        assert isinstance(portion, Samples)
        self._progress.feed(portion)
        arriving = [
            (origin, sample)
            for origin, sample in zip(origins(portion, len(portion.samples)), portion.samples, strict=True)
            if portion.keep is None or origin in portion.keep
        ]
        for number, (origin, sample) in enumerate(arriving):
            try:
                index = self._bucket_of(sample)
            except SampleError as failure:
                if self._skip is None:
                    raise
                self._skip(failure.summary())
                continue
            bucket = self._buckets[index]
            bucket.append((origin, self._layout.row(sample)))
            if len(bucket) == self._sizes[index]:
                self._buckets[index] = []
                yield self._batch(bucket, [later for later, _ in arriving[number + 1 :]])

    def flush(self) -> Iterator[BatchAt]:
        """See `Batcher`."""
        for index, bucket in enumerate(self._buckets):
            self._buckets[index] = []
            if bucket and not self._drop_remainder:
                yield self._batch(bucket, [])

    def _batch(self, bucket: list[tuple[Origin, Row]], not_yet_added: list[Origin]) -> BatchAt:
        pending = [origin for waiting in self._buckets for origin, _ in waiting]
        packed = self._layout.pack([row for _, row in bucket])
        batch = with_positions(self._layout.batch(packed), positions_of([origin for origin, _ in bucket]))
        return batch, self._progress.state((*pending, *not_yet_added))

    def _bucket_of(self, sample: Sample) -> int:
        try:
            length = self._length_of(sample)
            if not _is_length(length):
                raise DefinitionError(f"element_length_fn must give lengths >= 0, got {length!r} for {sample.identity}")
            return bisect_right(self._boundaries, length)
        except INTERRUPTIONS:
            raise
        except BaseException as error:
            raise SampleError(error, f"in element_length_fn, {describe_sample(sample)}") from error


def _is_length(value: Any) -> bool:
    try:
        return bool(value >= 0)  # which NaN is not
    except TypeError:
        return False
