"""Generators and processors of which each is the slowest operation of some pipeline; workers import them by name."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from typing import Any

from pipeline_cases import NumbersParams, make_sample

from tfaip.params import params
from tfaip.pipeline import (
    DataGenerator,
    DataProcessorParams,
    GeneratingDataProcessor,
    MappingDataProcessor,
    Sample,
)

SECONDS = 0.005


@params
class SlowNumbersParams(NumbersParams):
    """Slow to read, by index."""

    count: int = 12

    def cls(self) -> type[DataGenerator[Any]]:
        return SlowNumbers


class SlowNumbers(DataGenerator[SlowNumbersParams]):
    thread_safe = True

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        time.sleep(SECONDS)
        return make_sample(index)


@params
class SlowNumbersStreamParams(SlowNumbersParams):
    """Slow to read, as a stream."""

    def cls(self) -> type[DataGenerator[Any]]:
        return SlowNumbersStream


class SlowNumbersStream(DataGenerator[SlowNumbersStreamParams]):
    thread_safe = True

    def generate(self) -> Iterator[Sample]:
        for index in range(self.params.count):
            time.sleep(SECONDS)
            yield make_sample(index)


@params
class SlowFilterParams(DataProcessorParams):
    """Takes its time to find out that a sample is of no use."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return SlowFilter


class SlowFilter(MappingDataProcessor[SlowFilterParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample | None:
        time.sleep(SECONDS)
        return sample if sample.meta["index"] == 0 else None


@params
class SlowFailureParams(DataProcessorParams):
    """Takes its time until it fails, but at the first sample."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return SlowFailure


class SlowFailure(MappingDataProcessor[SlowFailureParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        time.sleep(SECONDS)
        if sample.meta["index"]:
            raise ValueError("this sample is bad")
        return sample


@params
class SlowRepeatParams(DataProcessorParams):
    """Makes two of one."""

    def cls(self) -> type[GeneratingDataProcessor[Any]]:
        return SlowRepeat


class SlowRepeat(GeneratingDataProcessor[SlowRepeatParams]):
    thread_safe = True
    one_to_n = True

    def generate(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        for sample in samples:
            time.sleep(SECONDS)
            yield from (sample, sample)


@params
class SlowStreamParams(DataProcessorParams):
    """Needs the stream; gives an iterator, or a list when it has all."""

    seconds: float = SECONDS
    lists: bool = False

    def cls(self) -> type[GeneratingDataProcessor[Any]]:
        return SlowStream


class SlowStream(GeneratingDataProcessor[SlowStreamParams]):
    thread_safe = True

    def generate(self, samples: Iterable[Sample]) -> Iterable[Sample]:
        slowed = self._slowed(samples)
        return list(slowed) if self.params.lists else slowed

    def _slowed(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        for sample in samples:
            time.sleep(self.params.seconds)
            yield sample


@params
class SlowFirstParams(DataProcessorParams):
    """Much slower with the first sample than with all others together."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return SlowFirst


class SlowFirst(MappingDataProcessor[SlowFirstParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        if sample.meta["index"] == 0:
            time.sleep(0.5)
        return sample
