"""`DataGeneratorParams`: the parameters of a generator."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from tfaip.params import UserError, params
from tfaip.pipeline.data.mode import PipelineMode
from tfaip.pipeline.errors import DataError
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.pipeline.data.generator import DataGenerator

__all__ = ["DataGeneratorParams"]


@params(former_tags=["tfaip.pipeline.data_generator_params:DataGeneratorParams"])
class DataGeneratorParams(ABC):
    """The base class of generators' parameters."""

    @abstractmethod
    def cls(self) -> type[DataGenerator[Any]]:
        """The class of the generator; import it inside of this method."""

    def create(self, mode: PipelineMode) -> DataGenerator[Any]:
        """Make the generator."""
        return make(self.cls(), mode, self)

    def require_files(self, mode: PipelineMode) -> None:
        """Hook: refuse files that are named and missing; commands call it before they load TensorFlow.

        The base makes the generator and drops it. Override it where that takes long.

        Raises:
            DataError: A file is missing, or can't be read.
        """
        try:
            self.create(mode)
        except UserError:
            raise
        except OSError as error:
            if error.filename is None:
                return
            name = type(self).__name__.removesuffix("Params")
            raise DataError(f"{name} needs {error.filename}: {error.strerror or type(error).__name__}") from error
        except Exception:  # comes again, with its place, when the samples are read
            return
