"""Data, generators and processors that the tests share, and that workers import by name."""

from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Any, Literal

import numpy as np

from tfaip.params import field, params
from tfaip.pipeline import (
    ArraySpec,
    Batch,
    DataBase,
    DataBaseParams,
    DataGenerator,
    DataGeneratorParams,
    DataPipeline,
    DataPipelineParams,
    DataProcessorParams,
    GeneratingDataProcessor,
    MappingDataProcessor,
    PipelineMode,
    Sample,
    SequentialProcessorPipelineParams,
)


@params
class NumbersParams(DataGeneratorParams):
    """`count` samples whose arrays tell their index; the length varies with it."""

    count: int = 20

    def cls(self) -> type[DataGenerator[Any]]:
        return Numbers


class Numbers(DataGenerator[NumbersParams]):
    thread_safe = True

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return make_sample(index)


def make_sample(index: int) -> Sample:
    return Sample(
        inputs={"x": np.full((index % 5 + 1, 2), index, np.float32), "n": np.array([index])},
        targets={"y": np.array([index], np.int64)},
        meta={"index": index},
    )


@params
class StreamParams(NumbersParams):
    """The same samples, one after the other only."""

    knows_length: bool = True

    def cls(self) -> type[DataGenerator[Any]]:
        return Stream


class Stream(DataGenerator[StreamParams]):
    thread_safe = True

    def __len__(self) -> int:
        if not self.params.knows_length:
            raise TypeError("unknown")
        return self.params.count

    def generate(self) -> Iterator[Sample]:
        return map(make_sample, range(self.params.count))


@params
class BatchedParams(NumbersParams):
    """Lists of 1, 2, 3, 1, 2, ... samples."""

    def cls(self) -> type[DataGenerator[Any]]:
        return Batched


class Batched(DataGenerator[BatchedParams]):
    thread_safe = True

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> list[Sample]:
        return [make_sample(10 * index + n) for n in range(index % 3 + 1)]

    def yields_batches(self) -> bool:
        return True


@params
class DataParams(DataBaseParams):
    def cls(self) -> type[DataBase[Any]]:
        return Data


class Data(DataBase[DataParams]):
    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"x": ArraySpec((None, 2), "float32"), "n": ArraySpec((1,), "int64")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}

    def _padding_values(self) -> dict[str, float]:
        return {"x": -1.0}


@params
class StaticParams(DataBaseParams):
    """Only what has the same length in all samples."""

    def cls(self) -> type[DataBase[Any]]:
        return StaticData


class StaticData(DataBase[StaticParams]):
    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"n": ArraySpec((1,), "int64")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}


@params
class LargeNumbersParams(NumbersParams):
    """`count` samples of 24 kB."""

    def cls(self) -> type[DataGenerator[Any]]:
        return LargeNumbers


class LargeNumbers(DataGenerator[LargeNumbersParams]):
    thread_safe = True

    def __len__(self) -> int:
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        return make_sample(index).new_inputs({"x": np.arange(3000.0) + index, "n": [index]})


@params
class LargeParams(DataBaseParams):
    """The layout of such samples: their arrays are float64, the batch's are float32."""

    def cls(self) -> type[DataBase[Any]]:
        return Large


class Large(DataBase[LargeParams]):
    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        return {"x": ArraySpec((3000,), "float32"), "n": ArraySpec((1,), "int64")}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {"y": ArraySpec((1,), "int64")}


@params
class AddNoiseParams(DataProcessorParams):
    """Adds random numbers, so that data that is the same came from the same random numbers."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return AddNoise


class AddNoise(MappingDataProcessor[AddNoiseParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        x = sample.inputs["x"]
        return sample.new_inputs({**sample.inputs, "x": x + sample.rng.random(x.shape, np.float32)})

    def supports_preload(self) -> bool:
        return False


@params
class DoubleParams(DataProcessorParams):
    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Double


class Double(MappingDataProcessor[DoubleParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        sample.inputs["x"] = sample.inputs["x"] * 2
        return sample


@params
class DropEveryParams(DataProcessorParams):
    """Drops the samples whose index is a multiple of `n`, at random chosen between the two ways to do so."""

    n: int = 3

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return DropEvery


class DropEvery(MappingDataProcessor[DropEveryParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample | None:
        index = sample.meta["index"]
        if index % self.params.n:
            return sample
        return None if index % 2 else sample.new_invalid()


@params
class RepeatParams(DataProcessorParams):
    """Makes `index % 3` copies of each sample."""

    def cls(self) -> type[GeneratingDataProcessor[Any]]:
        return Repeat


class Repeat(GeneratingDataProcessor[RepeatParams]):
    thread_safe = True
    one_to_n = True

    def generate(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        for sample in samples:
            for _ in range(sample.meta["index"] % 3):
                yield sample


@params
class PairUpParams(DataProcessorParams):
    """Needs the stream: concatenates each sample with the one after it."""

    def cls(self) -> type[GeneratingDataProcessor[Any]]:
        return PairUp


class PairUp(GeneratingDataProcessor[PairUpParams]):
    thread_safe = True

    def generate(self, samples: Iterable[Sample]) -> Iterator[Sample]:
        iterator = iter(samples)
        for first in iterator:
            second = next(iterator, first)
            x = np.concatenate([first.inputs["x"], second.inputs["x"]])
            yield first.new_inputs({**first.inputs, "x": x})


@params
class MisbehaveParams(DataProcessorParams):
    """Does something bad at the samples in `at`."""

    how: str = "raise"
    at: list[int] = field(factory=lambda: [7])

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Misbehave


class OddError(Exception):
    """Can be pickled, but not restored."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)


class Misbehave(MappingDataProcessor[MisbehaveParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Any:
        if sample.meta["index"] not in self.params.at:
            return sample
        match self.params.how:
            case "raise":
                raise ValueError("this sample is bad")
            case "raise odd":
                raise OddError("not", "restorable")
            case "none":
                return None
            case "type":
                return 5
            case "shape":
                return sample.new_inputs({**sample.inputs, "n": np.array([1, 2])})
            case "dtype":
                return sample.new_inputs({**sample.inputs, "n": np.array([1.5])})
            case "key":
                return sample.new_inputs({"x": sample.inputs["x"]})
            case "exit":
                sys.exit(3)
            case "os exit":
                os._exit(0)
            case "kill":
                os.kill(os.getpid(), signal.SIGKILL)
            case "loop":
                while True:
                    time.sleep(0.01)
            case "busy loop":
                while True:
                    pass
            case "memory":
                import resource

                used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()  # noqa: SIM115, PTH123
                resource.setrlimit(resource.RLIMIT_AS, (used + (1 << 26), resource.RLIM_INFINITY))
                hoard = []
                while True:
                    hoard.append(bytearray(1 << 22))
            case "unpicklable":
                return sample.new_meta({"index": 7, "bad": lambda: None})
        raise AssertionError(self.params.how)


@params
class SlowParams(DataProcessorParams):
    seconds: float = 0.01

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Slow


class Slow(MappingDataProcessor[SlowParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        time.sleep(self.params.seconds)
        return sample


@params
class TellProcessParams(DataProcessorParams):
    """Notes in the meta which process the sample was in, and what it had imported."""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return TellProcess


class TellProcess(MappingDataProcessor[TellProcessParams]):
    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        modules = [name for name in ("tensorflow", "keras", "pytest") if name in sys.modules]
        return sample.new_meta({**sample.meta, "pid": os.getpid(), "modules": modules})


def make_pipeline(
    *processors: DataProcessorParams,
    generator: DataGeneratorParams | None = None,
    mode: PipelineMode = PipelineMode.TRAINING,
    seed: int = 0,
    data: DataBaseParams | None = None,
    **settings: Any,
) -> DataPipeline:
    data = data or DataParams(pre_proc=SequentialProcessorPipelineParams(processors=list(processors)))
    settings.setdefault("num_processes", 0)
    settings.setdefault("workers", "processes")
    settings.setdefault("batch_size", 4)
    return data.create().create_pipeline(mode, DataPipelineParams(**settings), generator or NumbersParams(), seed=seed)


def flat(lists: Iterable[Iterable[Any]]) -> list[Any]:
    """One list of all."""
    return list(chain.from_iterable(lists))


def contents(batch: Batch) -> Any:
    """A comparable value of all that a batch holds."""
    arrays = {
        (part, key): (array.dtype.str, array.shape, array.tobytes())
        for part, values in (("inputs", batch.inputs), ("targets", batch.targets))
        for key, array in values.items()
    }
    return arrays, batch.meta, batch.end_of_epoch


def batches_of(pipeline: DataPipeline, *, limit: int | None = None, **options: Any) -> list[Any]:
    """The contents of the batches, of one pass unless told otherwise."""
    options.setdefault("repeat", False)
    with pipeline.generate_input_batches(**options) as batches:
        return [contents(batch) for batch in islice(batches, limit)]


@params
class MisbuiltParams(DataProcessorParams):
    how: Literal["raise", "kill"] = "raise"

    def cls(self) -> type[MappingDataProcessor[Any]]:
        return Misbuilt


class Misbuilt(MappingDataProcessor[MisbuiltParams]):
    thread_safe = True

    def __init__(self, params: MisbuiltParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        if params.how == "kill":
            os.kill(os.getpid(), signal.SIGKILL)
        raise FileNotFoundError("no such file: codec")

    def apply(self, sample: Sample) -> Sample:
        return sample
