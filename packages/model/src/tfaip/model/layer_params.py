"""Parameters of a replaceable layer or graph."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

from tfaip.params import Creates, params
from tfaip.params.defining.made_by import may_be_bound

if TYPE_CHECKING:
    from tfaip.model.graph import GraphBase
    from tfaip.model.layer import LayerBase

__all__ = ["GraphBaseParams", "LayerBaseParams", "TLayerParams"]

TLayerParams = TypeVar("TLayerParams")
"""The parameters of a `LayerBase` or `GraphBase`; those of a graph may be the model's."""


@params(group="tfaip.layers")
class LayerBaseParams(Creates["LayerBase[Any]"]):
    """Base of the parameters of a layer.

    A field of such a type lets the command line choose the layer: `field(choices=[ConvParams, PoolParams])`. Layers of
    other distributions join by the entry-point group `tfaip.layers`.
    """

    _made_as = "LayerBase"

    @may_be_bound
    def cls(self) -> type[LayerBase[Any]]:
        """Return the class of the layer; can be left out where it stands in the same module."""
        raise NotImplementedError

    def create(self, name: str | None = None, **kwargs: Any) -> LayerBase[Any]:
        """Make the layer of these parameters.

        Args:
            name: Part of each variable's path; layers of one parent need names that differ. Default: the layer's own.
            kwargs: Further arguments of the layer's constructor, which the parent decides.
        """
        return super().create(**kwargs) if name is None else super().create(name=name, **kwargs)


@params
class GraphBaseParams(LayerBaseParams):
    """Base of the parameters of a graph that is chosen on the command line."""

    _made_as = "GraphBase"

    @may_be_bound
    def cls(self) -> type[GraphBase[Any]]:
        """Return the class of the graph; can be left out where it stands in the same module."""
        raise NotImplementedError

    def create(self, name: str | None = None, **kwargs: Any) -> GraphBase[Any]:
        """Make the graph of these parameters, as a layer is made."""
        graph: GraphBase[Any] = super().create(name, **kwargs)
        return graph
