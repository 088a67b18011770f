"""Parameters of a replaceable layer or graph."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from tfaip.params import params

if TYPE_CHECKING:
    from tfaip.model.graph import GraphBase
    from tfaip.model.layer import LayerBase

__all__ = ["GraphBaseParams", "LayerBaseParams"]


@params
class LayerBaseParams(ABC):
    """Base of the parameters of a layer.

    A field of such a type lets the command line choose the layer: `field(choices=[ConvParams, PoolParams])`.
    """

    @abstractmethod
    def cls(self) -> type[LayerBase[Any]]:
        """Name the layer's class; import it in here, so that parameters never load TensorFlow."""

    def create(self, name: str | None = None) -> LayerBase[Any]:
        """Make the layer of these parameters.

        Args:
            name: Part of each variable's path; layers of one parent need names that differ. Default: the layer's own.
        """
        return self.cls()(self) if name is None else self.cls()(self, name=name)


@params
class GraphBaseParams(LayerBaseParams):
    """Base of the parameters of a graph that is chosen on the command line."""

    @abstractmethod
    def cls(self) -> type[GraphBase[Any]]:
        """Name the graph's class; import it in here, so that parameters never load TensorFlow."""

    def create(self, name: str | None = None) -> GraphBase[Any]:
        """Make the graph of these parameters."""
        return self.cls()(self) if name is None else self.cls()(self, name=name)
