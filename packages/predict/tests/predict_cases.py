"""Samples, parameters and processors that several tests use."""

from typing import Any

import numpy as np

from tfaip.model.testing.points.data import PointsGenerator
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import field, params
from tfaip.pipeline import (
    DataGenerator,
    DataGeneratorParams,
    DataProcessorParams,
    GeneratingDataProcessor,
    MappingDataProcessor,
    PipelineMode,
    Sample,
)
from tfaip.predict import PredictorParams

POINTS = PointsGeneratorParams(count=37, seed=3)


def points() -> list[Sample]:
    generator = PointsGenerator(PipelineMode.EVALUATION, POINTS)
    return [generator[index] for index in range(len(generator))]


def in_process(**changes) -> PredictorParams:
    params = PredictorParams(**changes)
    params.pipeline.num_processes = 0
    return params


@params
class RefusingParams(DataProcessorParams):
    """Refuse or drop what lies in the east."""

    drops: bool = field(default=False)
    stream: bool = field(default=False)

    def cls(self) -> Any:
        return NeedsStream if self.stream else Refusing


class Refusing(MappingDataProcessor[RefusingParams]):
    def apply(self, sample):
        if sample.inputs["point"][0] <= 0:
            return sample
        if self.params.drops:
            return None
        raise ValueError("it lies in the east")


class NeedsStream(GeneratingDataProcessor[RefusingParams]):
    def generate(self, samples):
        return samples


@params
class DroppingParams(DataProcessorParams):
    """Drop every so many samples."""

    every: int = field(default=2)

    def cls(self) -> Any:
        return Dropping


class Dropping(MappingDataProcessor[DroppingParams]):
    def apply(self, sample):
        return sample if sample.meta["index"] % self.params.every else None


@params
class BarePointsParams(DataGeneratorParams):
    """Points without their directions."""

    count: int = field(default=5)

    def cls(self) -> Any:
        return BarePoints


class BarePoints(DataGenerator[BarePointsParams]):
    def __len__(self):
        return self.params.count

    def __getitem__(self, index):
        return Sample(inputs={"point": np.array([index, 1.0], np.float32)}, meta={"index": index})


@params
class RepeatingParams(DataProcessorParams):
    """Make several samples of one."""

    times: int = field(default=2)

    def cls(self) -> Any:
        return Repeating


class Repeating(GeneratingDataProcessor[RepeatingParams]):
    one_to_n = True

    def generate(self, samples):
        for sample in samples:
            for number in range(self.params.times):
                yield sample.new_meta({**sample.meta, "number": number})


@params
class DrawingParams(DataProcessorParams):
    """Draw from the sample's random numbers."""

    def cls(self) -> Any:
        return Drawing


class Drawing(MappingDataProcessor[DrawingParams]):
    def apply(self, sample):
        return sample.new_outputs({**sample.outputs, "drawn": float(sample.rng.random())})


@params
class BatchesOfPointsParams(DataGeneratorParams):
    """Points in batches of different sizes."""

    sizes: list[int] = field(factory=lambda: [4, 1, 2, 5])

    def cls(self) -> Any:
        return BatchesOfPoints


class BatchesOfPoints(DataGenerator[BatchesOfPointsParams]):
    def yields_batches(self):
        return True

    def generate(self):
        for number, size in enumerate(self.params.sizes):
            yield [
                Sample(inputs={"point": np.array([number, row], np.float32)}, meta={"batch": number, "row": row})
                for row in range(size)
            ]


@params
class PointsOfShardsParams(DataGeneratorParams):
    """Points in shards of different sizes."""

    sizes: list[int] = field(factory=lambda: [5, 1, 0, 7])

    def cls(self) -> Any:
        return PointsOfShards


class PointsOfShards(DataGenerator[PointsOfShardsParams]):
    def shards(self):
        return list(enumerate(self.params.sizes))

    def generate_shard(self, shard):
        number, size = shard
        for index in range(size):
            yield Sample(
                inputs={"point": np.array([number, index], np.float32)}, meta={"shard": number, "index": index}
            )


class BarePointsScenario(PointsScenario):
    """Its predictions take samples that only a prediction can use."""

    @classmethod
    def predict_generator_params_cls(cls):
        return BarePointsParams
