"""`StreamFlow`: runs a processor that sees the whole stream of a pass."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any, TypeVar

from tfaip.pipeline.data.processor import GeneratingDataProcessor
from tfaip.pipeline.data.sample import Sample, SampleIdentity
from tfaip.pipeline.engine.counters import Counters
from tfaip.pipeline.engine.stream.flow import Flow
from tfaip.pipeline.engine.stream.length_check import warn_of_early_end
from tfaip.pipeline.engine.stream.portion import EndOfPass, Samples, StreamItem
from tfaip.pipeline.engine.stream.source import cut
from tfaip.pipeline.engine.stream.state import PipelineState
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.user_code import INTERRUPTIONS, SampleError, comes_from_function, describe_sample

__all__ = ["StreamFlow"]

T = TypeVar("T")

_END = object()


class StreamFlow(Flow):
    """Runs a generating processor that needs the stream: once per pass, on all samples of the pass.

    Args:
        processor: The processor.
        segment: The number of the segment that consists of it.
        upstream: Starts at the beginning of the pass, for any `start`.
        portion_size: The number of samples of a portion.
        seed: Of the random numbers of the samples that come out.
        start: Where to go on: the samples before it are made, and dropped.
        counters: Counts the samples.
        length: How many samples a pass of the source has; None if that is not known.
        keeps_invalid: Whether samples go on that are not valid in the mode.
    """

    def __init__(
        self,
        processor: GeneratingDataProcessor[Any],
        segment: int,
        upstream: Flow,
        portion_size: int,
        seed: int,
        start: PipelineState,
        counters: Counters,
        length: int | None,
        *,
        keeps_invalid: bool,
    ) -> None:
        self._processor = processor
        self._keeps_invalid = keeps_invalid
        self._segment = segment
        self._upstream = upstream
        self._portion_size = portion_size
        self._seed = seed
        self._counters = counters
        self._counts = counters.segments[segment]
        self._waited = 0.0  # seconds of the processors before, within the calls of the processor
        self._pass_ended = False
        self._length = length
        self._handed_over = self._made = 0  # samples of the pass
        self._last: Sample | None = None
        self._has_warned = False
        self._items = self._run(start)

    def ready(self) -> bool:
        """Whether the input is; the processor may want more than one sample, for which it would wait."""
        return self._upstream.ready()

    def __next__(self) -> StreamItem:
        return next(self._items)

    def _run(self, start: PipelineState) -> Iterator[StreamItem]:
        state = start
        for first in self._upstream:
            made = self._outputs(self._inputs(first), state.epoch)
            for chunk, keep in cut(made, state, self._portion_size):
                positions = [position for position, _ in chunk]
                yield Samples(state.epoch, positions, [sample for _, sample in chunk], keep=keep)
            yield EndOfPass(state.epoch)
            state = PipelineState(state.epoch + 1)

    def _inputs(self, first: StreamItem) -> Iterator[Sample]:
        """The samples of one pass, of which the first item was taken to see whether there is a pass."""
        item = first
        self._pass_ended = False
        self._handed_over = 0
        while not isinstance(item, EndOfPass):
            assert isinstance(item, Samples)
            self._counts.read += len(item.samples)
            for sample in item.samples:
                self._handed_over += 1
                self._last = sample
                yield sample
            began = perf_counter()
            try:
                item = next(self._upstream)
            finally:
                self._waited += perf_counter() - began
        self._pass_ended = True

    def _outputs(self, inputs: Iterator[Sample], epoch: int) -> Iterator[Sample]:
        self._made = 0
        try:
            outputs = self._timed(lambda: iter(self._processor.generate(inputs)))
            while (sample := self._timed(lambda: self._next(outputs))) is not _END:
                if self._is_valid(sample):
                    assert isinstance(sample, Sample)
                    yield sample.copy().identified_by(
                        SampleIdentity(self._seed, epoch, (self._made,), level=self._segment + 1)
                    )
                    self._made += 1
                    self._counts.made += 1
                else:
                    self._counters.count_dropped(self._segment)
        except BaseException as error:
            if isinstance(error, (SampleError, *INTERRUPTIONS)):
                raise
            last = "" if self._last is None else f", the last one that it read is {describe_sample(self._last)}"
            where = f"in {type(self._processor).__name__}, after {self._made} samples{last}"
            raise SampleError(error, where) from error
        if not self._pass_ended:
            for _ in inputs:  # the processor has seen enough, but the pass is over only when its end has come through
                pass

    def _next(self, outputs: Iterator[Sample]) -> object:
        """The next result, or the mark of the end."""
        try:
            return next(outputs)
        except StopIteration as end:
            if comes_from_function(end) and not (self._pass_ended or self._has_warned):
                self._has_warned = True
                name = type(self._processor).__name__
                warn_of_early_end(name, self._made, self._handed_over, self._length, end)
            return _END

    def _is_valid(self, sample: object) -> bool:
        if sample is None:
            return False
        if not isinstance(sample, Sample):
            raise DefinitionError(
                f"{type(self._processor).__name__} must give samples or None, got {type(sample).__name__}"
            )
        return self._keeps_invalid or self._processor.is_valid_sample(sample)

    def _timed(self, call: Callable[[], T]) -> T:
        """The result of a call of the processor; its time counts, without the time for which the processor waits."""
        began = perf_counter() - self._waited
        try:
            return call()
        finally:
            self._counts.operations[1].seconds += perf_counter() - self._waited - began
