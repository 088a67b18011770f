"""`SourceChoice`: how a pipeline reads its generator."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial
from typing import Any

from tfaip.pipeline.data.generator import DataGenerator, is_indexable, length_of
from tfaip.pipeline.data.pipeline_params import DataPipelineParams, PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.engine.stream.source import Element, IndexedSource, PreloadedSource, Source, StreamSource
from tfaip.pipeline.engine.stream.stream_watch import StreamWatch
from tfaip.pipeline.errors import DefinitionError

__all__ = ["DEFAULT_SHUFFLE_BUFFER", "SourceChoice", "source_of_samples"]

DEFAULT_SHUFFLE_BUFFER = 1024
"""Samples of a stream: enough to mix classes that come in blocks, little enough to be filled at once."""


class SourceChoice:
    """Reads by index where that is possible, from memory where samples were preloaded, as a stream otherwise.

    Args:
        mode: TRAINING is the only one that shuffles.
        params: Limit, shuffling, batch size.
        seed: Of the order.
        generator: The generator.
        preloaded: What was loaded from it before, after the limit was applied.

    Attributes:
        read_by_index: Whether workers can read the samples themselves.
        is_preloaded: Whether they are in memory.
        yields_batches: Whether each element is a batch.

    Raises:
        DefinitionError: The generator can't be read like that.
    """

    def __init__(
        self,
        mode: PipelineMode,
        params: DataPipelineParams,
        seed: int,
        generator: DataGenerator[Any],
        preloaded: Sequence[Element] | None,
    ) -> None:
        self._params = params
        self._seed = seed
        self._generator = generator
        self._preloaded = preloaded
        self._shuffle = mode is PipelineMode.TRAINING and params.shuffle_buffer_size not in (0, 1)
        self.is_preloaded = preloaded is not None
        self.read_by_index = preloaded is None and is_indexable(generator)
        self.yields_batches = generator.yields_batches()
        self._watch = StreamWatch(type(generator).__name__, "batches" if self.yields_batches else "samples")
        if self.read_by_index and length_of(generator) is None:
            raise DefinitionError(f"{type(generator).__name__} has __getitem__, so it must have __len__ too")

    def source(self, shard: tuple[int, int] = (0, 1)) -> Source:
        """The source of one shard."""
        params = self._params
        portion_size = 1 if self.yields_batches else params.batch_size
        if self._preloaded is not None:
            return PreloadedSource(self._seed, portion_size, self._preloaded, shuffle=self._shuffle, shard=shard)
        generator = self._generator
        limit = None if params.limit < 0 else params.limit
        length = length_of(generator)
        count = length if length is None or limit is None else min(length, limit)
        if self.read_by_index:
            return IndexedSource(self._seed, portion_size, count or 0, shuffle=self._shuffle, shard=shard)
        buffer = DEFAULT_SHUFFLE_BUFFER if params.shuffle_buffer_size < 0 else params.shuffle_buffer_size
        return StreamSource(
            self._seed,
            portion_size,
            generator.generate_pass,
            f"{type(generator).__name__}.generate()",
            count=count,
            limit=limit,
            shuffle_buffer=buffer if self._shuffle else 0,
            shard=shard,
            watch=partial(self._watch.pass_is_read, length),
        )


def source_of_samples(seed: int, samples: Iterable[Sample], name: str) -> StreamSource:
    """The source of samples that somebody else makes, one pass, one by one; what is no `Exception` is not theirs."""
    return StreamSource(
        seed,
        1,
        lambda _: samples,
        name,
        count=None,
        limit=None,
        shuffle_buffer=0,
        watch=partial(StreamWatch(name, "samples").pass_is_read, None),
        own_errors=Exception,
    )
