"""The arguments of the command line; nothing in here needs TensorFlow."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.model import ModelBaseParams, ScenarioBaseParams
from tfaip.params import field, params
from tfaip.pipeline import (
    INPUT_PROCESSOR,
    TARGETS_PROCESSOR,
    DataBaseParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    PipelineMode,
    SequentialProcessorPipelineParams,
)

if TYPE_CHECKING:
    from tfaip.templates.listfile.data import TemplateData
    from tfaip.templates.listfile.model import TemplateModel
    from tfaip.templates.listfile.processors import ReadClass, ReadFile

__all__ = [
    "ReadClassParams",
    "ReadFileParams",
    "TemplateDataParams",
    "TemplateModelParams",
    "TemplateScenarioParams",
]

CLASSES = ["outside", "ring"]


@params(name="ReadFile")
class ReadFileParams(DataProcessorParams):
    """Read the file that a line of a list names."""

    modes: set[PipelineMode] = field(factory=lambda: set(INPUT_PROCESSOR), help="Modes in which it is used")

    def cls(self) -> type[ReadFile]:
        """Return the processor's class."""
        from tfaip.templates.listfile.processors import ReadFile

        return ReadFile


@params(name="ReadClass")
class ReadClassParams(DataProcessorParams):
    """Take the class from the name of the file's folder."""

    modes: set[PipelineMode] = field(factory=lambda: set(TARGETS_PROCESSOR), help="Modes in which it is used")
    classes: list[str] = field(factory=lambda: list(CLASSES), help="Names of the folders, in the order of the classes")

    def cls(self) -> type[ReadClass]:
        """Return the processor's class."""
        from tfaip.templates.listfile.processors import ReadClass

        return ReadClass


@params
class TemplateDataParams(DataBaseParams):
    """The processing of samples before the model, and after it."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=lambda: SequentialProcessorPipelineParams(processors=[ReadFileParams(), ReadClassParams()]),
        help="The processors between the generator and the model",
    )

    def cls(self) -> type[TemplateData]:
        """Return the data's class."""
        from tfaip.templates.listfile.data import TemplateData

        return TemplateData


@params
class TemplateModelParams(ModelBaseParams):
    """The network."""

    nodes: list[int] = field(factory=lambda: [32, 32], help="Units of each dense layer")
    classes: list[str] = field(factory=lambda: list(CLASSES), help="Names of the classes to tell apart")

    def cls(self) -> type[TemplateModel]:
        """Return the model's class."""
        from tfaip.templates.listfile.model import TemplateModel

        return TemplateModel


@params
class TemplateScenarioParams(ScenarioBaseParams[TemplateDataParams, TemplateModelParams]):
    """All parameters of the scenario."""
