"""Parameters of a model."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.params import Creates, params
from tfaip.params.defining.made_by import may_be_bound, named_by
from tfaip.pipeline.hooks import make

if TYPE_CHECKING:
    from tfaip.model.graph import GraphBase
    from tfaip.model.model import ModelBase

__all__ = ["ModelBaseParams", "TModelParams"]


@params(former_tags=["tfaip.model.modelbaseparams:ModelBaseParams"])
class ModelBaseParams(Creates["ModelBase[Any]"]):
    """Base of the parameters of a model; `cls` returns the class of the model."""

    _made_as = "ModelBase"

    @may_be_bound
    def cls(self) -> type[ModelBase[Any]]:
        """Return the class of the model; can be left out where it stands in the same module."""
        raise NotImplementedError

    @partial(may_be_bound, abstract=False)
    def graph_cls(self) -> type[GraphBase[Any]]:
        """Return the class of the graph: the one of the same module that names these parameters as its type argument.

        Raises:
            ModelDefinitionError: There is no such class, or there are several.
        """
        raise ModelDefinitionError(_no_graph(type(self), self.cls()))

    def create(self) -> ModelBase[Any]:
        """Make the model of these parameters."""
        return make(self.cls(), self)


TModelParams = TypeVar("TModelParams", bound=ModelBaseParams)
"""The parameters of a `ModelBase`."""


def _no_graph(params_cls: type, model: type) -> str:
    names = " and ".join(graph.__qualname__ for graph in named_by(params_cls, "graph_cls"))
    name = params_cls.__name__
    found = f"{names} both name {name}" if names else f"no GraphBase[{name}] stands in the module of {name}"
    return f"{model.__qualname__} must override create_graph: {found}"
