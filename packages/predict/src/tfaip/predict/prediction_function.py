"""What is run to predict: a bundle's SavedModel, or a graph that is at hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfaip.model import GraphBase
    from tfaip.pipeline import DataBase

__all__ = ["PredictionFunction", "graph_prediction_function"]

PredictionFunction = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a batch of inputs by name, arrays or tensors of shape (batch, ...), to its outputs by name, tensors likewise."""


def graph_prediction_function(graph: GraphBase[Any], data: DataBase[Any], *, eager: bool = False) -> PredictionFunction:
    """Return the prediction of a built graph, with the weights that the graph has at the time of each call.

    Args:
        graph: The graph, with its variables.
        data: Says what the inputs are.
        eager: Run uncompiled.
    """
    import tensorflow as tf

    from tfaip.model.compiled import compiled
    from tfaip.model.tensor_specs import tensor_specs

    specs = tensor_specs(data.input_layer_specs())
    outputs = graph.prediction_outputs if eager else compiled(graph.prediction_outputs, input_signature=[specs])

    def predict(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        # What the pipeline sends but the graph does not declare is not its input.
        return outputs({name: tf.convert_to_tensor(inputs[name]) for name in specs})

    return predict
