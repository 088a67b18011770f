"""Where portions begin: the passes over a generator, in order, from any state on."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

import numpy as np

from tfaip.pipeline.data.sample import Sample, SampleIdentity, pass_generator, pass_order
from tfaip.pipeline.engine.stream.long_order import LONG, LongOrder
from tfaip.pipeline.engine.stream.portion import EndOfPass, Indices, Origin, Portion, Samples, StreamItem
from tfaip.pipeline.engine.stream.state import PipelineState
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError, comes_from_function, no_sample

__all__ = ["IndexedSource", "PreloadedSource", "Source", "StreamSource", "cut"]

T = TypeVar("T")

_TRIED_OUT = 8
# A computed order costs as much for one index as for a few hundred.
_PORTIONS_AT_ONCE = 64

Element = Sample | list[Sample]

OnPassRead = Callable[[int, bool, StopIteration | None], None]
"""Is told how many elements were read, whether the stream has ended, and the error that looks like its end."""


class Source(ABC):
    """Passes over the elements of a generator.

    Args:
        seed: Of the shuffling and of the samples' random numbers.
        portion_size: The number of elements of a portion.
    """

    def __init__(self, seed: int, portion_size: int) -> None:
        self.seed = seed
        self.portion_size = portion_size

    @property
    @abstractmethod
    def length(self) -> int | None:
        """The number of elements of a pass; None if it is not known."""

    def items(self, start: PipelineState, *, repeat: bool) -> Iterator[StreamItem]:
        """The portions of one pass, or of endlessly many, each pass with the mark of its end."""
        epoch = start.epoch
        state = start
        while True:
            yield from self.portions(state)
            yield EndOfPass(epoch)
            if not repeat:
                return
            epoch += 1
            state = PipelineState(epoch)

    def to_try_out(self, epoch: int) -> Iterator[Portion]:
        """A few single elements from all over the data, the first one first; none of a stream, which is read once."""
        return iter(())

    @abstractmethod
    def portions(self, start: PipelineState) -> Iterator[Portion]:
        """The rest of one pass: the elements of which samples are pending, then those from the position on."""


def _pending_positions(start: PipelineState) -> list[int]:
    return sorted({position for position, _ in start.pending})


def cut(
    elements: Iterable[T], start: PipelineState, portion_size: int
) -> Iterator[tuple[list[tuple[int, T]], frozenset[Origin] | None]]:
    """Cut one pass of a stream into portions, from a state on.

    Yields:
        Positions and elements of each portion, and which samples of them are wanted, as in `Portion.keep`.
    """
    numbered = enumerate(elements)
    wanted = set(_pending_positions(start))
    pending = [(position, element) for position, element in islice(numbered, start.position) if position in wanted]
    if pending:
        yield pending, frozenset(start.pending)
    while chunk := list(islice(numbered, portion_size)):
        yield chunk, None


def _unless_one_of_each(elements: list[int], count: int) -> list[int] | None:
    """The elements of samples as `Samples` has them."""
    return None if elements == list(range(count)) else elements


class IndexedSource(Source):
    """Hands out indices; the process that works on the portion reads the samples.

    Args:
        count: The number of elements of the generator, after the limit.
        shuffle: Whether each pass has an order of its own.
        shard: `(index, number of shards)`: takes every n-th element, for input pipelines that share the work.
    """

    def __init__(
        self, seed: int, portion_size: int, count: int, *, shuffle: bool, shard: tuple[int, int] = (0, 1)
    ) -> None:
        super().__init__(seed, portion_size)
        self._count = count
        self._shuffle = shuffle
        self._shard = shard

    @property
    def length(self) -> int:
        """The number of elements of a pass."""
        index, shards = self._shard
        return len(range(index, self._count, shards))

    def order(self, epoch: int) -> Sequence[int] | np.ndarray:
        """The indices of a pass; int64 of shape `[length]` where they are shuffled and not too many."""
        index, shards = self._shard
        return self._whole_order(epoch)[index::shards]

    def _whole_order(self, epoch: int) -> Sequence[int] | np.ndarray:
        if not self._shuffle:
            return range(self._count)
        if self._count > LONG:
            return LongOrder(pass_generator(self.seed, epoch), self._count)
        return pass_order(self.seed, epoch, self._count)

    def to_try_out(self, epoch: int) -> Iterator[Portion]:
        """See `Source`."""
        for index in dict.fromkeys(number * self._count // _TRIED_OUT for number in range(_TRIED_OUT)):
            if index < self._count:
                yield self._portion(epoch, [index], [index], None)

    def portions(self, start: PipelineState) -> Iterator[Portion]:
        """See `Source`."""
        order = self.order(start.epoch)
        if positions := _pending_positions(start):
            pending = [int(order[position]) for position in positions]
            yield self._portion(start.epoch, positions, pending, frozenset(start.pending))
        for begin in range(start.position, len(order), self.portion_size * _PORTIONS_AT_ONCE):
            part = order[begin : begin + self.portion_size * _PORTIONS_AT_ONCE]
            indices = part.tolist() if isinstance(part, np.ndarray) else list(part)
            for first in range(0, len(indices), self.portion_size):
                chunk = indices[first : first + self.portion_size]
                yield self._portion(start.epoch, range(begin + first, begin + first + len(chunk)), chunk, None)

    def _portion(
        self, epoch: int, positions: Sequence[int], indices: list[int], keep: frozenset[Origin] | None
    ) -> Portion:
        return Indices(epoch, positions, indices, keep=keep)


class PreloadedSource(IndexedSource):
    """Hands out samples that are in memory already, each with the identity that it had when it was loaded.

    Args:
        elements: The elements.
    """

    def __init__(
        self,
        seed: int,
        portion_size: int,
        elements: Sequence[Element],
        *,
        shuffle: bool,
        shard: tuple[int, int] = (0, 1),
    ) -> None:
        super().__init__(seed, portion_size, len(elements), shuffle=shuffle, shard=shard)
        self._elements = elements

    def _portion(
        self, epoch: int, positions: Sequence[int], indices: list[int], keep: frozenset[Origin] | None
    ) -> Portion:
        samples: list[Sample] = []
        numbers: list[int] = []
        for number, index in enumerate(indices):
            element = self._elements[index]
            for sample in [element] if isinstance(element, Sample) else element:
                loaded = sample.identity
                assert loaded is not None
                identity = SampleIdentity(self.seed, epoch, loaded.path, loaded.level)
                samples.append(sample.copy().identified_by(identity))
                numbers.append(number)
        return Samples(epoch, positions, samples, _unless_one_of_each(numbers, len(indices)), keep=keep)


class StreamSource(Source):
    """Reads a stream from its beginning in each pass; to go on somewhere, the elements before it are read and dropped.

    Args:
        read: Opens the stream of a pass.
        name: Name of the stream, for messages.
        count: The number of elements of a pass after the limit, if it is known.
        limit: The number of elements of a pass, at most; None for all.
        shuffle_buffer: Samples are drawn at random from a buffer of this size; 0 or 1 keeps the order.
        shard: `(index, number of shards)`: takes every n-th element, for input pipelines that share the work.
        on_pass_read: Is told how many elements a pass had, see `LengthCheck`; None if nobody wants to know.
        own_errors: Errors that are those of the stream; others are of whatever it reads, and pass through.
        keeps_identities: Whether the samples have identities already, which stay.
    """

    def __init__(
        self,
        seed: int,
        portion_size: int,
        read: Callable[[int], Iterable[Element]],
        name: str,
        *,
        count: int | None,
        limit: int | None,
        shuffle_buffer: int,
        shard: tuple[int, int] = (0, 1),
        on_pass_read: OnPassRead | None = None,
        own_errors: type[BaseException] = BaseException,
        keeps_identities: bool = False,
    ) -> None:
        super().__init__(seed, portion_size)
        self._on_pass_read = on_pass_read
        self._own_errors = own_errors
        self._keeps_identities = keeps_identities
        self._open = read
        self._name = name
        self._count = count
        self._limit = limit
        self._shuffle_buffer = shuffle_buffer
        self._shard = shard

    @property
    def length(self) -> int | None:
        """The number of elements of a pass; None if it is not known."""
        index, shards = self._shard
        return None if self._count is None else len(range(index, self._count, shards))

    def portions(self, start: PipelineState) -> Iterator[Portion]:
        """See `Source`."""
        for chunk, keep in cut(self._shuffled(start.epoch), start, self.portion_size):
            yield self._portion(start.epoch, chunk, keep)

    def _portion(
        self, epoch: int, chunk: list[tuple[int, tuple[int, Element]]], keep: frozenset[Origin] | None
    ) -> Portion:
        samples: list[Sample] = []
        elements: list[int] = []
        for number, (_, (index, element)) in enumerate(chunk):
            identity = SampleIdentity(self.seed, epoch, (index,))
            if isinstance(element, Sample):
                if self._keeps_identities and element.identity is not None:
                    identity = element.identity
                samples.append(element.copy().identified_by(identity))
                elements.append(number)
            elif isinstance(element, list | tuple):
                if wrong := [part for part in element if not isinstance(part, Sample)]:
                    raise no_sample(f"{self._name}, at index {index},", wrong[0])
                samples.extend(part.copy().identified_by(identity.child(n)) for n, part in enumerate(element))
                elements.extend([number] * len(element))
            else:
                raise no_sample(f"{self._name}, at index {index},", element)
        positions = [position for position, _ in chunk]
        return Samples(epoch, positions, samples, _unless_one_of_each(elements, len(chunk)), keep=keep)

    def _numbered(self, epoch: int) -> Iterator[tuple[int, Element]]:
        """The elements of this shard with their indices in the stream."""
        index, shards = self._shard
        numbered: Iterable[tuple[int, Element]] = enumerate(self._read(epoch))
        return islice(numbered, index, self._limit, shards)

    def _read(self, epoch: int) -> Iterator[Element]:
        number = 0
        stray: StopIteration | None = None
        ended = False
        try:
            elements = iter(self._open(epoch))
            while True:
                try:
                    element = next(elements)
                except StopIteration as end:
                    stray = end if comes_from_function(end) else None
                    break
                number += 1
                yield element
            ended = True
        except BaseException as error:
            if isinstance(error, INTERRUPTIONS) or not isinstance(error, self._own_errors):
                raise
            raise SampleError(error, f"in {self._name} after {number} samples") from error
        finally:
            if self._on_pass_read is not None:
                self._on_pass_read(number, ended, stray)

    def _shuffled(self, epoch: int) -> Iterator[tuple[int, Element]]:
        if self._shuffle_buffer <= 1:
            yield from self._numbered(epoch)
            return
        rng = pass_generator(self.seed, epoch)
        buffer: list[tuple[int, Element]] = []
        for element in self._numbered(epoch):
            if len(buffer) < self._shuffle_buffer:
                buffer.append(element)
                continue
            drawn = int(rng.integers(self._shuffle_buffer))
            yield buffer[drawn]
            buffer[drawn] = element
        yield from (buffer[number] for number in rng.permutation(len(buffer)))
