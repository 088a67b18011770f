"""`DataBaseParams`: the parameters of the data of a scenario."""

from __future__ import annotations

from abc import ABC, abstractmethod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfaip.params import field, params
from tfaip.pipeline.data.processor_pipeline_params import (
    ComposedProcessorPipelineParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.pipeline.data.data_base import DataBase

__all__ = ["DataBaseParams"]


@params(former_tags=["tfaip.pipeline.data_base_params:DataBaseParams"])
class DataBaseParams(ABC):
    """The base class of the data's parameters: what samples go through before and after the model."""

    pre_proc: DataProcessorPipelineParams = field(
        factory=SequentialProcessorPipelineParams,
        choices=[SequentialProcessorPipelineParams, ComposedProcessorPipelineParams],
        help="The processors between the generator and the model",
    )
    post_proc: DataProcessorPipelineParams = field(
        factory=SequentialProcessorPipelineParams,
        choices=[SequentialProcessorPipelineParams, ComposedProcessorPipelineParams],
        help="The processors between the model and the consumer of its predictions",
    )
    resource_base_path: str | None = field(
        default=None, mode="ignore", help="The folder that relative paths of resources start from"
    )

    @abstractmethod
    def cls(self) -> type[DataBase[Any]]:
        """The class of the data; import it inside of this method."""

    def resource_path(self, path: str) -> str:
        """Where a resource is: relative paths start from `resource_base_path`."""
        return str(Path(self.resource_base_path or ".") / path)

    def create(self) -> DataBase[Any]:
        """Make the data."""
        return make(self.cls(), self)
