"""The tasks of the pipeline benchmark: what is done for one sample, the same for all competitors.

A module of its own, since worker processes import it.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.params import params
from tfaip.pipeline import (
    ArraySpec,
    DataBase,
    DataBaseParams,
    DataGenerator,
    DataGeneratorParams,
    DataPipeline,
    DataPipelineParams,
    DataProcessorParams,
    MappingDataProcessor,
    PipelineMode,
    Sample,
    SequentialProcessorPipelineParams,
)

__all__ = ["TASKS", "Task", "make_pipeline"]


@dataclass(frozen=True)
class Task:
    """What is measured.

    Attributes:
        title: In the table.
        make: Makes the sample of an index.
        shape: Of a sample; None where the length varies.
        dtype: Of a sample.
        batch_size: How many become a batch.
        has_work: Whether making one takes any time.
    """

    title: str
    make: Callable[[int], np.ndarray]
    shape: tuple[int | None, ...]
    dtype: str
    batch_size: int
    has_work: bool = True


def pure_python(index: int) -> np.ndarray:
    """About 0.5 ms in the interpreter."""
    total = 0.0
    for step in range(12_000):
        total += (step ^ index) & 7
    return np.full(16, total, np.float32)


def numpy_work(index: int) -> np.ndarray:
    """About 0.4 ms in NumPy."""
    values = np.arange(index, index + 64 * 64, dtype=np.float32).reshape(64, 64)
    for _ in range(40):
        values = np.tanh(values * 0.5) + np.sqrt(np.abs(values))
        values = np.sort(values, axis=1)
    return values


_IMAGES = np.random.default_rng(0).integers(0, 256, (256, 28, 28), np.uint8)


def tiny(index: int) -> np.ndarray:
    """No work: an image of MNIST's size that is in memory already."""
    return _IMAGES[index & 255]


def big(index: int) -> np.ndarray:
    """4 MiB that are written once."""
    return np.full((1024, 1024), index, np.float32)


def variable(index: int) -> np.ndarray:
    """Between 10 and 2,000 steps, a little work for each."""
    length = 10 + (index * 7919) % 1991
    state = 0.0
    values = []
    for step in range(length):
        state = 0.9 * state + (step & 3)
        values.append(state)
    return np.array(values, np.float32) * math.pi


TASKS = {
    "python": Task("pure Python, 0.5 ms", pure_python, (16,), "float32", 32),
    "numpy": Task("NumPy, 0.4 ms", numpy_work, (64, 64), "float32", 32),
    "tiny": Task("tiny, 28 x 28 uint8, no work", tiny, (28, 28), "uint8", 32, has_work=False),
    "big": Task("big, 4 MiB float32", big, (1024, 1024), "float32", 8),
    "variable": Task("10 to 2,000 long, padded", variable, (None,), "float32", 32),
}


@params
class IndicesParams(DataGeneratorParams):
    """The numbers up to `count`."""

    count: int = 0

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return Indices


class Indices(DataGenerator[IndicesParams]):
    """Samples that hold nothing but their index."""

    thread_safe = True

    def __len__(self) -> int:
        """Their number."""
        return self.params.count

    def __getitem__(self, index: int) -> Sample:
        """One of them."""
        return Sample(inputs=index)


@params
class MakeParams(DataProcessorParams):
    """Makes the sample of an index."""

    task: str = ""

    def cls(self) -> type[MappingDataProcessor[Any]]:
        """The processor."""
        return Make


class Make(MappingDataProcessor[MakeParams]):
    """Does the work of a task."""

    thread_safe = True

    def apply(self, sample: Sample) -> Sample:
        """Do it."""
        return sample.new_inputs({"x": TASKS[self.params.task].make(sample.inputs)})


@params
class TaskDataParams(DataBaseParams):
    """The data of a task."""

    task: str = ""

    def cls(self) -> type[DataBase[Any]]:
        """The data."""
        return TaskData


class TaskData(DataBase[TaskDataParams]):
    """One array."""

    def _input_layer_specs(self) -> dict[str, ArraySpec]:
        task = TASKS[self.params.task]
        return {"x": ArraySpec(task.shape, task.dtype)}

    def _target_layer_specs(self) -> dict[str, ArraySpec]:
        return {}


def make_pipeline(name: str, workers: int, samples: int) -> DataPipeline:
    """The pipeline of a task."""
    processors: list[DataProcessorParams] = [MakeParams(task=name)]
    data = TaskDataParams(task=name, pre_proc=SequentialProcessorPipelineParams(processors=processors)).create()
    settings = DataPipelineParams(batch_size=TASKS[name].batch_size, num_processes=workers)
    return data.create_pipeline(PipelineMode.PREDICTION, settings, IndicesParams(count=samples))
