"""`DataBaseParams`: the parameters of the data of a scenario, and the processors that its samples go through."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tfaip.params import Creates, field, params
from tfaip.params.defining.made_by import may_be_bound
from tfaip.pipeline.data.processor import DataProcessorParams, TProcessorParams
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.pipeline.data.data_base import DataBase

__all__ = [
    "ComposedProcessorPipelineParams",
    "DataBaseParams",
    "DataProcessorPipelineParams",
    "SequentialProcessorPipelineParams",
    "TDataParams",
]


@params(
    former_tags=[
        "tfaip.pipeline.processor_pipeline_params:DataProcessorPipelineParams",
        "tfaip.data.pipeline.processor.params:DataProcessorPipelineParams",
    ]
)
class DataProcessorPipelineParams(ABC):
    """The base class: a list of stages, each a sequence of processors."""

    @abstractmethod
    def stages(self) -> list[SequentialProcessorPipelineParams]:
        """The stages in their order."""

    def flatten(self) -> Iterator[DataProcessorParams]:
        """All processors in their order."""
        for stage in self.stages():
            yield from stage.processors

    def has_processor(self, cls: type[DataProcessorParams]) -> bool:
        """Whether there is a processor with parameters of this class or a subclass."""
        return any(isinstance(processor, cls) for processor in self.flatten())

    def processors_of_type(self, cls: type[TProcessorParams]) -> list[TProcessorParams]:
        """The parameters of this class or a subclass, in order."""
        return [processor for processor in self.flatten() if isinstance(processor, cls)]

    def erase_all(self, cls: type[DataProcessorParams]) -> None:
        """Remove all processors with parameters of this class or a subclass."""
        for stage in self.stages():
            stage.processors = [processor for processor in stage.processors if not isinstance(processor, cls)]

    def replace_all(
        self,
        cls: type[TProcessorParams],
        replacement: DataProcessorParams | Callable[[TProcessorParams], DataProcessorParams],
    ) -> None:
        """Put another processor in the place of all with parameters of this class or a subclass."""

        def replaced(processor: DataProcessorParams) -> DataProcessorParams:
            if not isinstance(processor, cls):
                return processor
            return replacement if isinstance(replacement, DataProcessorParams) else replacement(processor)

        for stage in self.stages():
            stage.processors = [replaced(processor) for processor in stage.processors]


@params(
    name="Sequential",
    former_tags=[
        "tfaip.pipeline.processor_pipeline_params:SequentialProcessorPipelineParams",
        "tfaip.data.pipeline.processor.params:SequentialProcessorPipelineParams",
    ],
)
class SequentialProcessorPipelineParams(DataProcessorPipelineParams):
    """One sequence of processors; which of them share a process is found out from their kinds."""

    run_parallel: bool = field(default=True, help="Run in the worker processes; off: in the consumer's process")
    processors: list[DataProcessorParams] = field(factory=list, help="The processors in their order")

    def stages(self) -> list[SequentialProcessorPipelineParams]:
        """Itself."""
        return [self]


@params(
    name="Composed",
    former_tags=[
        "tfaip.pipeline.processor_pipeline_params:ComposedProcessorPipelineParams",
        "tfaip.data.pipeline.processor.params:ComposedProcessorPipelineParams",
    ],
)
class ComposedProcessorPipelineParams(DataProcessorPipelineParams):
    """Several stages, each of which runs in the workers or in the consumer's process; the values are the same."""

    pipelines: list[SequentialProcessorPipelineParams] = field(factory=list, help="The stages in their order")

    def stages(self) -> list[SequentialProcessorPipelineParams]:
        """The stages."""
        return self.pipelines


@params(former_tags=["tfaip.pipeline.data_base_params:DataBaseParams", "tfaip.data.databaseparams:DataBaseParams"])
class DataBaseParams(Creates["DataBase[Any]"]):
    """The base class of the data's parameters: the processors before and after the model."""

    _made_as = "DataBase"

    pre_proc: DataProcessorPipelineParams = field(
        basic=False,
        factory=SequentialProcessorPipelineParams,
        choices=[SequentialProcessorPipelineParams, ComposedProcessorPipelineParams],
        help="The processors between the generator and the model",
    )
    post_proc: DataProcessorPipelineParams = field(
        basic=False,
        factory=SequentialProcessorPipelineParams,
        choices=[SequentialProcessorPipelineParams, ComposedProcessorPipelineParams],
        help="The processors between the model and the consumer of its predictions",
    )
    resource_base_path: str | None = field(
        default=None, mode="ignore", help="The folder that relative paths of resources start from"
    )

    def resource_path(self, path: str) -> str:
        """Where a resource is: relative paths start from `resource_base_path`."""
        return str(Path(self.resource_base_path or ".") / path)

    @may_be_bound
    def cls(self) -> type[DataBase[Any]]:
        """Return the class of the data; can be left out where it stands in the same module."""
        raise NotImplementedError

    def create(self) -> DataBase[Any]:
        """Make the data."""
        return make(self.cls(), self)


TDataParams = TypeVar("TDataParams", bound=DataBaseParams)
"""The parameters of a `DataBase`."""
