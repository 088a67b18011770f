"""Parameters of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from tfaip.params import params
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.model.model import ModelBase

__all__ = ["ModelBaseParams"]


@params
class ModelBaseParams:
    """Base of the parameters of a model."""

    def cls(self) -> type[ModelBase[Any]]:
        """Name the model's class; import it in here, so that parameters never load TensorFlow."""
        raise TypeError(
            f"{type(self).__qualname__} must say which model it makes: "
            "override `cls(self)`, import the model class inside it and return it"
        )

    def create(self) -> ModelBase[Any]:
        """Make the model of these parameters."""
        return make(self.cls(), self)
