"""`DataGeneratorParams`: the parameters of a generator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfaip.params import params

from .mode import PipelineMode

if TYPE_CHECKING:
    from .data_generator import DataGenerator

__all__ = ["DataGeneratorParams"]


@params
class DataGeneratorParams:
    """The base class of generators' parameters."""

    def cls(self) -> type[DataGenerator[Any]]:
        """The class of the generator; import it inside of this method."""
        raise NotImplementedError(f"{type(self).__name__} must override cls() and return the class of its generator")

    def create(self, mode: PipelineMode) -> DataGenerator[Any]:
        """Make the generator."""
        return self.cls()(mode, self)
