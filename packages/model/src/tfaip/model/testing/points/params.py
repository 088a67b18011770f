"""Parameters of the points."""

from __future__ import annotations

from typing import Any

from tfaip.model.model_params import ModelBaseParams
from tfaip.model.scenario.params import ScenarioBaseParams
from tfaip.model.scenario.pipeline_params import TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import (
    DataBaseParams,
    DataGeneratorParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    PipelineMode,
    SequentialProcessorPipelineParams,
    resource,
)

__all__ = [
    "DirectionNameParams",
    "JitterParams",
    "PointsDataParams",
    "PointsGeneratorParams",
    "PointsModelParams",
    "PointsPipelineParams",
    "PointsScenarioParams",
]


@params
class PointsGeneratorParams(DataGeneratorParams):
    """Points drawn from a seed."""

    count: int = field(default=48, help="Number of points")
    seed: int = field(default=0, help="Seed of the points")

    def cls(self) -> Any:
        """Return the generator's class."""
        from tfaip.model.testing.points.data import PointsGenerator

        return PointsGenerator


@params
class JitterParams(DataProcessorParams):
    """Move points at random, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes that it works in")
    scale: float = field(default=0.05, help="Standard deviation of the movement")

    def cls(self) -> Any:
        """Return the processor's class."""
        from tfaip.model.testing.points.data import Jitter

        return Jitter


@params
class DirectionNameParams(DataProcessorParams):
    """Name the predicted direction."""

    names: str = resource(
        default="", help="File with the name of each direction, one a line; default: names of its own"
    )

    def cls(self) -> Any:
        """Return the processor's class."""
        from tfaip.model.testing.points.data import DirectionName

        return DirectionName


@params
class PointsDataParams(DataBaseParams):
    """Points with their processing."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[JitterParams()]), help="Before the model"
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[DirectionNameParams()]), help="After the model"
    )

    def cls(self) -> Any:
        """Return the data's class."""
        from tfaip.model.testing.points.data import PointsData

        return PointsData


@params
class PointsModelParams(ModelBaseParams):
    """A network with one hidden layer."""

    units: int = field(default=8, help="Units of the hidden layer")
    dropout: float = field(default=0.1, help="Fraction of the hidden units that is dropped")

    def cls(self) -> Any:
        """Return the model's class."""
        from tfaip.model.testing.points.model import PointsModel

        return PointsModel


@params
class PointsScenarioParams(ScenarioBaseParams[PointsDataParams, PointsModelParams]):
    """Data and model of the points."""


@params
class PointsPipelineParams(TrainerPipelineParams[PointsGeneratorParams, PointsGeneratorParams]):
    """Points to train on and others to validate on."""
