"""Parameters of a model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tfaip.params import Creates, params
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.model.model import ModelBase

__all__ = ["ModelBaseParams", "TModelParams"]


@params(former_tags=["tfaip.model.modelbaseparams:ModelBaseParams"])
class ModelBaseParams(Creates["ModelBase[Any]"]):
    """Base of the parameters of a model; `cls` returns the class of the model."""

    def create(self) -> ModelBase[Any]:
        """Make the model of these parameters."""
        return make(self.cls(), self)


TModelParams = TypeVar("TModelParams", bound=ModelBaseParams)
"""The parameters of a `ModelBase`."""
