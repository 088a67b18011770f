"""Points that are read from lines: `x y` or `x y DIRECTION`, or the name of a file with such a line."""

from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model import Evaluator, EvaluatorParams, ScenarioBase, ScenarioBaseParams
from tfaip.model.testing.points.params import (
    DirectionNameParams,
    PointsDataParams,
    PointsModelParams,
    PointsPipelineParams,
)
from tfaip.params import field, params
from tfaip.pipeline import (
    DataProcessorParams,
    DataProcessorPipelineParams,
    MappingDataProcessor,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.generators import ListFileGeneratorParams


@params
class ParseLineParams(DataProcessorParams):
    """Make a point of a line."""

    def cls(self) -> Any:
        return ParseLine


class ParseLine(MappingDataProcessor[ParseLineParams]):
    def apply(self, sample):
        line = sample.meta["line"]
        x, y, *direction = (Path(line).read_text() if line.endswith(".txt") else line).split()
        sample.inputs = {"point": np.array([x, y], np.float32)}
        sample.targets = {"direction": np.array(direction, np.int64)}
        return sample


@params
class LinesDataParams(PointsDataParams):
    """Points in lines."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[ParseLineParams()])
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[DirectionNameParams()])
    )


@params
class LinesScenarioParams(ScenarioBaseParams[LinesDataParams, PointsModelParams]):
    """Points in lines."""


@params
class CountingParams(EvaluatorParams):
    """Of the counting."""

    scale: float = field(default=1.0, help="What counts are multiplied with")


class Counting(Evaluator[CountingParams]):
    """Counts samples and right classes."""

    def __enter__(self):
        self.count = self.right = 0
        return self

    def update_state(self, sample):
        self.count += 1
        self.right += int(sample.outputs["class"] == sample.targets["direction"][0])

    def state(self):
        return {"count": self.count, "right": self.right}

    def merge(self, state):
        self.count += state["count"]
        self.right += state["right"]

    def result(self):
        return {"counted": self.count * self.params.scale, "right": self.right}


class LinesScenario(ScenarioBase[LinesScenarioParams, PointsPipelineParams]):
    """Points in lines."""

    @classmethod
    def default_params(cls):
        params = super().default_params()
        params.evaluator = CountingParams()
        return params

    @classmethod
    def default_predict_generator_params(cls):
        return ListFileGeneratorParams()

    @classmethod
    def evaluator_cls(cls):
        return Counting
