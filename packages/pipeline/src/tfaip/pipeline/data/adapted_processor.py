"""Processors that learn something from the training samples before the training: statistics, a vocabulary."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from tfaip.params import params
from tfaip.pipeline.data.data_base_params import DataBaseParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.processor import DataProcessorParams, MappingDataProcessor
from tfaip.pipeline.data.resources import resource
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.hooks import hook

if TYPE_CHECKING:
    import numpy as np

__all__ = ["AdaptedProcessor", "AdaptedProcessorParams", "TAdaptedParams"]


@params
class AdaptedProcessorParams(DataProcessorParams):
    """The base class of the parameters of adapted processors."""

    statistics: str = resource(help="File of the statistics; default: adapted to the training samples, once for a run")


TAdaptedParams = TypeVar("TAdaptedParams", bound=AdaptedProcessorParams)
"""The parameters of an `AdaptedProcessor`."""


class AdaptedProcessor(MappingDataProcessor[TAdaptedParams]):
    """A mapping processor with statistics of the training samples.

    A training adapts it before the first epoch, and stores the statistics in its folder and in each bundle. Validation,
    predictions and resumed runs read them.
    """

    def __init__(self, params: TAdaptedParams, data_params: DataBaseParams, mode: PipelineMode) -> None:
        super().__init__(params, data_params, mode)
        self._statistics = self._read() if params.statistics else None

    @abstractmethod
    @hook
    def adapt(self, samples: Iterable[Sample]) -> Mapping[str, np.ndarray]:
        """Hook: the statistics of samples, arrays by name; texts are arrays of the dtype `str`.

        The samples are those of the training, once and in order, after the processors before this one. Processors of
        the training alone, such as augmentation, are left out.
        """

    @property
    def statistics(self) -> Mapping[str, np.ndarray]:
        """The arrays that `adapt` returned.

        Raises:
            DefinitionError: The processor is not adapted.
        """
        if self._statistics is None:
            raise DefinitionError(
                f"{type(self).__qualname__} must be adapted before it is used: a training does so, elsewhere call "
                "adapt_processors(data, samples, folder), or name a file of statistics"
            )
        return self._statistics

    def _read(self) -> dict[str, Any]:
        import numpy as np

        path = Path(self.data_params.resource_path(self.params.statistics))
        try:
            with np.load(path, allow_pickle=False) as stored:
                return dict(stored)
        except (OSError, ValueError, EOFError) as error:
            raise DataError(
                f"the statistics of {type(self).__qualname__} cannot be read from {path}: {error}"
            ) from error
