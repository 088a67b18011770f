"""User's code that raises odd errors wherever it is called, and samples of odd classes."""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
from pipeline_cases import DataParams, NumbersParams, make_sample

from tfaip.params import params
from tfaip.pipeline import (
    DataBase,
    DataGenerator,
    DataProcessorParams,
    GeneratingDataProcessor,
    MappingDataProcessor,
    Sample,
)

AT = 7
"""The sample at which all of this goes wrong."""


class OwnError(BaseException):
    """Neither an `Exception` nor one of Python's own."""


class OtherTextError(Exception):
    """Is restored, but with another text."""

    def __init__(self, path: str = "?", line: int = 0) -> None:
        super().__init__(f"{path}:{line}: broken")


@dataclass(frozen=True)
class FrozenError(Exception):
    code: int


class ForgetfulError(Exception):
    """Is restored without what it knew."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.code = 0

    def __reduce__(self) -> tuple[Any, ...]:
        return ForgetfulError, self.args


class LockedError(Exception):
    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.lock = threading.Lock()


class NoTextError(Exception):
    def __str__(self) -> str:
        raise RuntimeError("no text")


class ExitingTextError(Exception):
    def __str__(self) -> str:
        raise SystemExit(3)


class NotAnError(Exception):
    def __reduce__(self) -> tuple[Any, ...]:
        return str, ("no error at all",)


def fail_once_sent(pid: int) -> int:
    """Fail in any other process, with what looks like the end of the data."""
    if os.getpid() != pid:
        raise StopIteration(3)
    return pid


class Homesick:
    """Can be sent, but is restored in its own process only."""

    def __reduce__(self) -> tuple[Any, ...]:
        return fail_once_sent, (os.getpid(),)


class EndingWhenRestoredError(Exception):
    """Ends each process that restores it."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (9,)


class EndingError(Exception):
    """Ends each process that pickles it."""

    def __reduce__(self) -> tuple[Any, ...]:
        os._exit(9)


class StuckError(Exception):
    """Is pickled for ever."""

    def __reduce__(self) -> tuple[Any, ...]:
        while True:
            time.sleep(0.01)


def raised(name: str) -> Any:
    """Raise the error of a name; those that carry something carry the same each time."""
    made: dict[str, Callable[[], BaseException]] = {
        "StopIteration": lambda: StopIteration(3),
        "StopAsyncIteration": lambda: StopAsyncIteration(3),
        "SystemExit": lambda: SystemExit(3),
        "OwnError": lambda: OwnError(3),
        "KeyboardInterrupt": lambda: KeyboardInterrupt(3),
        "GeneratorExit": lambda: GeneratorExit(3),
        "IndexError": lambda: IndexError("no such line"),
        "stuck": lambda: StuckError("stuck"),
        "EndingWhenRestoredError": lambda: EndingWhenRestoredError("ends"),
        "EndingError": lambda: EndingError("ends"),
    }
    raise made[name]()


@params
class RaiseParams(DataProcessorParams):
    how: str = "StopIteration"
    at: int = AT

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Raise


class Raise(MappingDataProcessor[RaiseParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        if sample.meta["index"] != self.params.at:
            return sample
        if self.params.how == "homesick":
            return sample.new_meta({"index": AT, "home": Homesick()})
        return raised(self.params.how)


@params
class PickyParams(RaiseParams):
    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Picky


class Picky(MappingDataProcessor[PickyParams]):
    """Fails when it is asked whether its result is valid."""

    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        return sample

    def is_valid_sample(self, sample: Sample) -> bool:
        return raised(self.params.how) if sample.meta["index"] == self.params.at else True


@params
class OneToNParams(RaiseParams):
    by_map: bool = False

    def cls(self) -> type[GeneratingDataProcessor[Any]]:
        return OneToNByMap if self.by_map else OneToN


class OneToN(GeneratingDataProcessor[OneToNParams]):
    thread_safe = True
    one_to_n = True

    def generate(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        for sample in samples:
            yield self.made(sample)

    def made(self, sample: Sample) -> Sample:
        return raised(self.params.how) if sample.meta["index"] == self.params.at else sample


class OneToNByMap(OneToN):
    thread_safe = True

    def generate(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        return map(self.made, samples)


@params
class StreamProcessorParams(OneToNParams):
    def cls(self) -> type[GeneratingDataProcessor[Any]]:
        return StreamByMap if self.by_map else StreamProcessor


class StreamProcessor(OneToN):
    thread_safe = True
    one_to_n = False


class StreamByMap(OneToNByMap):
    thread_safe = True
    one_to_n = False


@params
class FailingNumbersParams(NumbersParams):
    """Fails at one index. `kind`: by index, or as a stream that is a generator function or a `map`."""

    how: str = "StopIteration"
    kind: str = "index"
    says: int | None = 20

    def cls(self) -> type[DataGenerator[Any]]:
        return {"index": ByIndex, "generator": ByGenerator, "map": ByMap}[self.kind]


class FailingNumbers(DataGenerator[FailingNumbersParams]):
    thread_safe = True

    def __len__(self) -> int:
        if self.params.says is None:
            raise TypeError("unknown")
        return self.params.says

    def made(self, index: int) -> Sample:
        return raised(self.params.how) if index == AT and self.params.how else make_sample(index)


class ByIndex(FailingNumbers):
    thread_safe = True

    def __getitem__(self, index: int) -> Sample:
        return self.made(index)


class ByGenerator(FailingNumbers):
    thread_safe = True

    def generate(self) -> Iterator[Sample]:
        for index in range(self.params.count):
            yield self.made(index)


class ByMap(FailingNumbers):
    thread_safe = True

    def generate(self) -> Iterator[Sample]:
        return map(self.made, range(self.params.count))


@params
class UnmeasurableParams(DataParams):
    """Its function for lengths fails at one sample."""

    def cls(self) -> type[DataBase[Any]]:
        return Unmeasurable


class Unmeasurable(DataParams().cls()):  # type: ignore[misc]  # the data of the other cases
    def element_length_fn(self) -> Callable[[Sample], int]:
        return lambda sample: raised("StopIteration") if sample.meta["index"] == AT else 3


class OwnSample(Sample):
    """A sample that knows more than others."""

    __slots__ = ("__dict__", "history")

    def __init__(self, history: list[str], **parts: Any) -> None:
        super().__init__(**parts)
        self.history = history
        self.weight = 0.5


def own_sample(sample: Sample) -> OwnSample:
    return OwnSample(["made"], inputs=sample.inputs, targets=sample.targets, meta=sample.meta)


@params
class OwnSamplesParams(NumbersParams):
    def cls(self) -> type[DataGenerator[Any]]:
        return OwnSamples


class OwnSamples(DataGenerator[OwnSamplesParams]):
    thread_safe = True

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return own_sample(make_sample(index))


@params
class MakeOwnParams(DataProcessorParams):
    def cls(self) -> type[MappingDataProcessor[Any]]:
        return MakeOwn


class MakeOwn(MappingDataProcessor[MakeOwnParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        return own_sample(sample)


@params
class ReadOwnParams(DataProcessorParams):
    """Needs what only the samples of a class hold."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return ReadOwn


class ReadOwn(MappingDataProcessor[ReadOwnParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        assert isinstance(sample, OwnSample)
        return sample.new_targets({"y": np.array([len(sample.history)])})
