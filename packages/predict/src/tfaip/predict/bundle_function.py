"""The prediction of a bundle: compiled as it was exported, or as its scenario's code says."""

from __future__ import annotations

import os
from typing import TYPE_CHECKING, Any

from tfaip.model import BundleError, load_prediction_function, load_weights
from tfaip.predict.prediction_function import PredictionFunction, graph_prediction_function

if TYPE_CHECKING:
    from tfaip.model import ScenarioBase

__all__ = ["bundle_prediction_function"]


def bundle_prediction_function(
    path: str | os.PathLike[str], scenario: ScenarioBase[Any, Any], *, eager: bool = False
) -> PredictionFunction:
    """Return the prediction of the bundle at `path`.

    Args:
        path: The bundle.
        scenario: Its scenario; its model and graph are made only where `eager` is set.
        eager: Run the graph of the scenario's code with the weights of the bundle, uncompiled.

    Raises:
        BundleError: The bundle lacks a SavedModel, or where `eager` is set, a weight of today's graph in its shape.
    """
    if not eager:
        return load_prediction_function(path, inputs=scenario.data.input_layer_specs())
    graph = scenario.create_model().build_graph(scenario.data)
    weights = load_weights(path, shapes={variable.path: tuple(variable.shape) for variable in graph.weights})
    missing = [variable.path for variable in graph.weights if variable.path not in weights]
    if missing:
        raise BundleError(
            f"run_eagerly needs a bundle of the graph as its code is today, but {path} has no weights for "
            f"{', '.join(missing)}"
        )
    for variable in graph.weights:
        variable.assign(weights[variable.path])
    return graph_prediction_function(graph, scenario.data, eager=True)
