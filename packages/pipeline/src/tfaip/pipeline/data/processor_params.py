"""`DataProcessorParams`: the parameters of a processor, which are what travels to the workers."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from tfaip.params import field, params
from tfaip.pipeline.data.mode import GENERAL, PipelineMode
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.pipeline.data.data_base_params import DataBaseParams
    from tfaip.pipeline.data.processor import DataProcessor

__all__ = ["DataProcessorParams"]


@params(former_tags=["tfaip.pipeline.data_processor_params:DataProcessorParams"])
class DataProcessorParams(ABC):
    """The base class of processors' parameters."""

    modes: set[PipelineMode] = field(
        factory=lambda: set(GENERAL), help="The modes of a pipeline in which the processor is used"
    )

    @abstractmethod
    def cls(self) -> type[DataProcessor[Any]]:
        """The class of the processor; import it inside of this method."""

    def create(self, data_params: DataBaseParams, mode: PipelineMode) -> DataProcessor[Any]:
        """Make the processor."""
        return make(self.cls(), self, data_params, mode)
