"""The arguments of the command line; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge

from tfaip.model import ModelBaseParams, ScenarioBaseParams, TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import (
    DataBaseParams,
    DataGeneratorParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    PipelineMode,
    SequentialProcessorPipelineParams,
)

if TYPE_CHECKING:
    from tfaip.templates.general.data import TemplateData, TemplateGenerator
    from tfaip.templates.general.model import TemplateModel
    from tfaip.templates.general.processors import Jitter

__all__ = [
    "JitterParams",
    "TemplateDataParams",
    "TemplateGeneratorParams",
    "TemplateModelParams",
    "TemplateScenarioParams",
    "TemplateTrainerPipelineParams",
]


@params
class TemplateGeneratorParams(DataGeneratorParams):
    """Where samples come from."""

    count: int = field(default=1000, validator=ge(1), help="Number of points")
    seed: int = field(default=1, help="Seed of the points")

    def cls(self) -> type[TemplateGenerator]:
        """Return the generator's class."""
        from tfaip.templates.general.data import TemplateGenerator

        return TemplateGenerator


@params(name="Jitter")
class JitterParams(DataProcessorParams):
    """Move points at random, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes in which it is used")
    deviation: float = field(default=0.02, validator=ge(0.0), help="Standard deviation of the movement")

    def cls(self) -> type[Jitter]:
        """Return the processor's class."""
        from tfaip.templates.general.processors import Jitter

        return Jitter


@params
class TemplateDataParams(DataBaseParams):
    """The processing of samples before the model, and after it."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[JitterParams()]),
        help="The processors between the generator and the model",
    )

    def cls(self) -> type[TemplateData]:
        """Return the data's class."""
        from tfaip.templates.general.data import TemplateData

        return TemplateData


@params
class TemplateModelParams(ModelBaseParams):
    """The network."""

    nodes: list[int] = field(factory=lambda: [32, 32], help="Units of each dense layer")
    classes: int = field(default=2, validator=ge(2), help="Number of classes")

    def cls(self) -> type[TemplateModel]:
        """Return the model's class."""
        from tfaip.templates.general.model import TemplateModel

        return TemplateModel


@params
class TemplateScenarioParams(ScenarioBaseParams[TemplateDataParams, TemplateModelParams]):
    """All parameters of the scenario."""


@params
class TemplateTrainerPipelineParams(TrainerPipelineParams[TemplateGeneratorParams, TemplateGeneratorParams]):
    """Samples to train on (`--train.*`) and others to validate on (`--val.*`)."""

    val: TemplateGeneratorParams = field(
        factory=lambda: TemplateGeneratorParams(count=200, seed=2), mode="flat", help="Samples of the validation"
    )
