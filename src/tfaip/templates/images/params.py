"""The arguments of the command line; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge

from tfaip.model import ModelBaseParams, ScenarioBaseParams, TrainerPipelineParams
from tfaip.params import field, params
from tfaip.pipeline import (
    INPUT_PROCESSOR,
    TARGETS_PROCESSOR,
    DataBaseParams,
    DataGeneratorParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    PipelineMode,
    SequentialProcessorPipelineParams,
)

if TYPE_CHECKING:
    from tfaip.templates.images.data import TemplateData, TemplateGenerator
    from tfaip.templates.images.model import TemplateModel
    from tfaip.templates.images.processors import FindClass, Flip, ReadImage

__all__ = [
    "FindClassParams",
    "FlipParams",
    "ReadImageParams",
    "TemplateDataParams",
    "TemplateGeneratorParams",
    "TemplateModelParams",
    "TemplateScenarioParams",
    "TemplateTrainerPipelineParams",
]


@params
class TemplateGeneratorParams(DataGeneratorParams):
    """Where images come from."""

    images: str = field(
        default="",
        help="A folder with a folder of images for each class, a CSV table of files and labels, or to predict: "
        "a folder of images",
    )
    file_column: str = field(default="file", help="Column of a table: paths, relative to the table's folder")
    label_column: str = field(default="label", help="Column of a table: names of classes; predictions need none")

    def cls(self) -> type[TemplateGenerator]:
        """Return the generator's class."""
        from tfaip.templates.images.data import TemplateGenerator

        return TemplateGenerator


@params(name="ReadImage")
class ReadImageParams(DataProcessorParams):
    """Read the file of an image."""

    modes: set[PipelineMode] = field(factory=lambda: set(INPUT_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[ReadImage]:
        """Return the processor's class."""
        from tfaip.templates.images.processors import ReadImage

        return ReadImage


@params(name="Flip")
class FlipParams(DataProcessorParams):
    """Flip images at random, in training only."""

    modes: set[PipelineMode] = field(factory=lambda: {PipelineMode.TRAINING}, help="Modes in which it is used")
    probability: float = field(default=0.5, validator=ge(0.0), help="Fraction of the images that are flipped")

    def cls(self) -> type[Flip]:
        """Return the processor's class."""
        from tfaip.templates.images.processors import Flip

        return Flip


@params(name="FindClass")
class FindClassParams(DataProcessorParams):
    """Make a number of the name of a class; predictions have no classes, and do without it."""

    modes: set[PipelineMode] = field(factory=lambda: set(TARGETS_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[FindClass]:
        """Return the processor's class."""
        from tfaip.templates.images.processors import FindClass

        return FindClass


@params
class TemplateDataParams(DataBaseParams):
    """The processing of samples before the model, and after it."""

    size: int = field(default=64, validator=ge(8), help="Width and height that images get")
    classes: list[str] = field(factory=list, help="Names of the classes; default: those of the training's images")
    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(
            processors=[ReadImageParams(), FlipParams(), FindClassParams()]
        ),
        help="The processors between the generator and the model",
    )

    def cls(self) -> type[TemplateData]:
        """Return the data's class."""
        from tfaip.templates.images.data import TemplateData

        return TemplateData


@params
class TemplateModelParams(ModelBaseParams):
    """The network."""

    filters: list[int] = field(factory=lambda: [16, 32, 64], help="Filters of each convolution")
    units: int = field(default=64, validator=ge(1), help="Units of the dense layer")
    # The scenario fills them in, since only the data knows them.
    classes: list[str] = field(factory=list, mode="ignore")

    def cls(self) -> type[TemplateModel]:
        """Return the model's class."""
        from tfaip.templates.images.model import TemplateModel

        return TemplateModel


@params
class TemplateScenarioParams(ScenarioBaseParams[TemplateDataParams, TemplateModelParams]):
    """All parameters of the scenario."""


@params
class TemplateTrainerPipelineParams(TrainerPipelineParams[TemplateGeneratorParams, TemplateGeneratorParams]):
    """Images to train on (`--train.*`) and others to validate on (`--val.*`)."""
