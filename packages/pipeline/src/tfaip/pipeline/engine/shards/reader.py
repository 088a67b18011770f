"""`LaneReader`: reads the chunks of lanes that are asked for, in a worker or in the consumer's process."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from itertools import islice
from typing import Any

from tfaip.pipeline.data.generator import DataGenerator
from tfaip.pipeline.data.sample import Sample, SampleIdentity, lane_generator
from tfaip.pipeline.engine.counters import Report
from tfaip.pipeline.engine.shards.lane import Lane
from tfaip.pipeline.engine.shards.layout import ShardLayout, digest_of, shard_name
from tfaip.pipeline.engine.stream.length_check import warn_of_stray_end
from tfaip.pipeline.engine.stream.portion import ChunkRead, Samples, ShardChunk
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.user_code import SampleError, comes_from_function, no_sample

__all__ = ["LaneReader"]

logger = logging.getLogger(__name__)

OnFailure = Callable[[SampleError], None]
"""Raises the failure of a record, or counts it."""


@dataclass(slots=True)
class _OpenLane:
    epoch: int
    following: int  # the number of the chunk that comes next
    lane: Lane
    line: list[tuple[int, int]]


class LaneReader:
    """Keeps the lanes open that it has read from, each with its shuffle buffer.

    Args:
        generator: Reads shards.
        layout: The shards of each lane.
        seed: Of the order and of the samples' random numbers.
        passes_on: Errors that are no sample's, and leave the reader as they are.

    Raises:
        DefinitionError: The generator names other shards than it did in the consumer's process.
    """

    def __init__(
        self,
        generator: DataGenerator[Any],
        layout: ShardLayout,
        seed: int,
        passes_on: tuple[type[BaseException], ...],
    ) -> None:
        self._generator = generator
        self._layout = layout
        self._seed = seed
        self._passes_on = passes_on
        self._name = f"{type(generator).__name__}.generate_shard"
        self._shards = list(call_user_code(generator.shards))
        self._lanes: dict[int, _OpenLane] = {}
        self._tick: Callable[[], None] = _nothing
        if len(self._shards) != layout.count or digest_of(self._shards) != layout.digest:
            raise DefinitionError(
                f"{type(generator).__name__}.shards() must give the same shards in each process, got "
                f"{len(self._shards)} shards where there were {layout.count}, or other names"
            )

    def read(
        self, chunk: ShardChunk, report: Report, on_failure: OnFailure, tick: Callable[[], None]
    ) -> tuple[Samples, ChunkRead]:
        """The samples of a chunk, and the ends that were found on the way.

        Args:
            chunk: Which one.
            report: Counts samples that are None.
            on_failure: Raises what a record has failed with, or counts it.
            tick: Is called before each record.

        Raises:
            SampleError: A record can't be read, if `on_failure` says so.
        """
        self._tick = tick
        opened = self._opened(chunk)
        # Until all has gone well: after an error, the lane is opened anew.
        del self._lanes[chunk.lane]
        records = opened.lane.take(len(chunk.positions))
        samples: list[Sample] = []
        elements: list[int] = []
        for element, (ordinal, number, value) in enumerate(records):
            shard, part = opened.line[ordinal]
            number = number * self._layout.parts + part
            sample = self._sample(shard, number, value)
            if isinstance(sample, SampleError):
                on_failure(sample)
            elif sample is None:
                report.dropped += 1
            else:
                # In order, the index in the whole stream, as for other generators; shuffled, it is not known.
                path = (chunk.positions[element],) if self._layout.keeps_stream else (shard, number)
                identity = SampleIdentity(self._seed, chunk.epoch, path)
                # A copy, since the generator may keep its samples.
                samples.append(sample.copy().identified_by(identity))
                elements.append(element)
        opened.following += 1
        ended = opened.lane.ended or len(records) < len(chunk.positions)
        read = ChunkRead(chunk.lane, len(records), ended, opened.lane.finished())
        # Also where it has ended: chunks behind the end may be on their way.
        self._lanes[chunk.lane] = opened
        one_of_each = None if len(samples) == len(records) else elements
        positions = chunk.positions[: len(records)]
        return Samples(chunk.epoch, positions, samples, one_of_each, keep=chunk.keep), read

    def _sample(self, shard: int, number: int, value: Any) -> Sample | SampleError | None:
        """The sample of a record, or its failure."""
        if isinstance(value, SampleError):
            return value
        place = f"in {self._name}({self._shard_in_words(shard)}), sample {number}"
        try:
            sample: Any = self._generator.sample_of_record(value)
        except BaseException as error:
            if isinstance(error, self._passes_on):
                raise
            return SampleError(error, place)
        if sample is not None and not isinstance(sample, Sample):
            raise no_sample(place.removeprefix("in "), sample)
        return sample

    def _opened(self, chunk: ShardChunk) -> _OpenLane:
        """The lane of a chunk, standing right before it."""
        opened = self._lanes.get(chunk.lane)
        if opened is None or opened.epoch != chunk.epoch or opened.following > chunk.number:
            if opened is not None:
                opened.lane.close()
            line = self._layout.line_of(self._seed, chunk.epoch, chunk.lane)
            lane = Lane(
                len(line),
                self._layout.shards_of_lane,
                self._layout.buffer_of_lane,
                lane_generator(self._seed, chunk.epoch, self._layout.machine, chunk.lane),
                partial(self._records, line),
                lambda ordinal: self._shard_in_words(line[ordinal][0]),
                lambda: self._tick(),
            )
            opened = self._lanes[chunk.lane] = _OpenLane(chunk.epoch, 0, lane, line)
        if opened.following < chunk.number:
            try:
                opened.lane.skip((chunk.number - opened.following) * self._layout.chunk, chunk.known_lengths())
            except DataError as error:
                raise SampleError(error, f"in {self._name}") from error
            opened.following = chunk.number
        return opened

    def _records(self, line: list[tuple[int, int]], ordinal: int) -> Iterator[Any]:
        """The records of a shard, or of a part of it, and an error where it breaks off."""
        shard, part = line[ordinal]
        records = self._all_records(shard)
        return records if self._layout.parts == 1 else islice(records, part, None, self._layout.parts)

    def _all_records(self, shard: int) -> Iterator[Any]:
        name = f"{self._name}({self._shard_in_words(shard)})"
        number = 0
        try:
            values = iter(self._generator.generate_shard(self._shards[shard]))
            while True:
                try:
                    value: Any = next(values)
                except StopIteration as end:
                    if comes_from_function(end):
                        warn_of_stray_end(name, number, end)
                    return
                yield value
                number += 1
        except GeneratorExit:
            raise
        except BaseException as error:
            if isinstance(error, self._passes_on):
                raise
            yield SampleError(error, f"in {name} after {number} samples")

    def _shard_in_words(self, shard: int) -> str:
        return repr(shard_name(self._shards[shard]))


def _nothing() -> None:
    """For work that nobody times."""
