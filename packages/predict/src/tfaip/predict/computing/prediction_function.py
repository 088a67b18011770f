"""Prediction functions of a bundle's SavedModel, of its scenario's code, or of a given graph."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from typing import Any

from tfaip.model import (
    BundleError,
    GraphBase,
    ModelBase,
    ScenarioBase,
    configure_devices,
    load_onnx_function,
    load_prediction_function,
    load_weights,
)
from tfaip.model.bundle.runtime import runtime_of
from tfaip.model.runtime.tracing import compiled, tensor_specs
from tfaip.model.scenario.created import created
from tfaip.pipeline import DataBase
from tfaip.predict.params import InferenceParams

__all__ = [
    "PredictionFunction",
    "bundle_prediction_function",
    "graph_prediction_function",
    "load_graph",
    "model_function",
]

PredictionFunction = Callable[[Mapping[str, Any]], Mapping[str, Any]]
"""From a batch of inputs by name, arrays or tensors of shape (batch, ...), to its outputs by name likewise.

TensorFlow's take tensors, which the models of a vote share; an `OnnxFunction` takes arrays.
"""


def graph_prediction_function(graph: GraphBase[Any], data: DataBase[Any], *, eager: bool = False) -> PredictionFunction:
    """Return the prediction of a built graph, with the weights that the graph has at the time of each call.

    Args:
        graph: The graph, with its variables.
        data: Says what the inputs are.
        eager: Run uncompiled.
    """
    import tensorflow as tf

    specs = tensor_specs(data.input_layer_specs())
    outputs = graph.prediction_outputs if eager else compiled(graph.prediction_outputs, input_signature=[specs])

    def predict(inputs: Mapping[str, Any]) -> Mapping[str, Any]:
        # Arrays that the pipeline sends but the graph does not declare are not its inputs.
        return outputs({name: tf.convert_to_tensor(inputs[name]) for name in specs})

    return predict


def bundle_prediction_function(
    path: str | os.PathLike[str], scenario: ScenarioBase[Any, Any], params: InferenceParams
) -> PredictionFunction:
    """Return the prediction of the bundle at `path`.

    Args:
        path: The bundle.
        scenario: Its scenario; its model and graph are made only where `run_eagerly` is set.
        params: Runtime and devices. With `run_eagerly`, the graph of the scenario's code runs with the weights of the
            bundle, uncompiled.

    Raises:
        BundleError: The bundle lacks the model, or with `run_eagerly`, a weight of today's graph in its shape.
        DeviceError: The devices that were asked for can't be had.
    """
    if not params.run_eagerly:
        return model_function(path, scenario.data, params)
    runtime_of(path, params.runtime, eager=True)
    configure_devices(params.device)
    graph = load_graph(path, scenario, created(scenario, "create_model"), asked_by="run_eagerly")
    return graph_prediction_function(graph, scenario.data, eager=True)


def model_function(path: str | os.PathLike[str], data: DataBase[Any], params: InferenceParams) -> PredictionFunction:
    """Return the prediction of the model in the bundle at `path` that the runtime runs.

    Args:
        path: The bundle.
        data: Says what the inputs are.
        params: Runtime and devices.

    Raises:
        BundleError: The bundle lacks the model, or its runtime isn't installed.
        DeviceError: The devices that were asked for can't be had.
    """
    device, inputs = params.device, data.input_layer_specs()
    if runtime_of(path, params.runtime) == "onnx":
        return load_onnx_function(path, inputs=inputs, threads=device.intra_op_threads, gpus=device.gpus)
    configure_devices(device)
    return load_prediction_function(path, inputs=inputs)


def load_graph(
    path: str | os.PathLike[str], scenario: ScenarioBase[Any, Any], model: ModelBase[Any], *, asked_by: str
) -> GraphBase[Any]:
    """Return the graph of the scenario's code with the weights of the bundle at `path`.

    Args:
        path: The bundle.
        scenario: Its scenario.
        model: The scenario's model, which makes the graph.
        asked_by: The argument that asks for it, for the message.

    Raises:
        BundleError: The bundle lacks a weight of today's graph in its shape.
    """
    graph = model.build_graph(scenario.data)
    weights = load_weights(path, shapes={variable.path: tuple(variable.shape) for variable in graph.weights})
    missing = [variable.path for variable in graph.weights if variable.path not in weights]
    if missing:
        raise BundleError(
            f"{asked_by} needs a bundle of the graph as its code is today, but {path} has no weights for "
            f"{', '.join(missing)}"
        )
    for variable in graph.weights:
        variable.assign(weights[variable.path])
    return graph
