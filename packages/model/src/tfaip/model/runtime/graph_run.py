"""A function of a graph as Keras runs the `call` of a layer."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import keras

__all__ = ["GraphRun"]


class GraphRun(keras.layers.Layer):
    """Runs a function of a graph as Keras runs the `call` of a layer.

    Only so its variables go by the name of the graph, its layers know whether they train, and their additions to the
    losses are forgotten with the next batch.
    """

    def __init__(self, graph: keras.layers.Layer, function: Callable[..., Any]) -> None:
        super().__init__(name=graph.name, dtype=graph.dtype_policy)
        self.graph = graph
        self.function = function

    def build(self, input_shape: Any = None) -> None:
        """Build the graph."""
        if not self.graph.built:
            self.graph.build(input_shape)
        self.built = True

    def call(self, given: Any, training: bool | None = None) -> Any:
        """Return the results of the function."""
        return self.function(given)
