"""Parameters of a model."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from tfaip.params import params
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.model.model import ModelBase

__all__ = ["ModelBaseParams"]


@params
class ModelBaseParams(ABC):
    """Base of the parameters of a model."""

    @abstractmethod
    def cls(self) -> type[ModelBase[Any]]:
        """Name the model's class; import it in here, so that parameters never load TensorFlow."""

    def create(self) -> ModelBase[Any]:
        """Make the model of these parameters."""
        return make(self.cls(), self)
