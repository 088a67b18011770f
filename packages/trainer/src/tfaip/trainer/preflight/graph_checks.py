"""Are the outputs of a graph finite, is each layer used, and does each weight get a gradient?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model import GraphBase, ModelBase
from tfaip.trainer.preflight.stages import PreflightError

__all__ = ["Gradients", "require_finite", "require_used_layers", "trained_gradients"]

Gradients = dict[str, np.ndarray]


def require_finite(where: str, tensors: Mapping[str, Any]) -> None:
    """Refuse the first tensor that is not finite.

    Raises:
        PreflightError: It names the tensor, and in how many samples it is nan or infinite.
    """
    for name, tensor in tensors.items():
        values = np.asarray(tensor)
        if not np.issubdtype(values.dtype, np.floating) or np.isfinite(values).all():
            continue
        kind = "nan" if np.isnan(values).any() else "infinite"
        per_sample = ~np.isfinite(values).reshape(len(values), -1).all(axis=1) if values.ndim else None
        share = "" if per_sample is None else f" in {per_sample.sum()} of {len(values)} samples"
        raise PreflightError(f"{where}: {name!r} is {kind}{share}, with the initial weights and the first batch")


def require_used_layers(graph: GraphBase[Any]) -> None:
    """Refuse a layer that was made and is never called.

    Raises:
        PreflightError: It names the layers.
    """
    unused = [layer.name for layer in _leaves(graph) if not layer.built]
    if unused:
        raise PreflightError(
            f"{type(graph).__qualname__} makes the layers {', '.join(unused)} and never calls them: "
            "use them in `call`, or don't make them"
        )


def trained_gradients(
    model: ModelBase[Any], graph: GraphBase[Any], weights: Mapping[str, float], inputs: Any, targets: Any
) -> Gradients:
    """Return the gradient of the weighted loss for each trainable variable, by path.

    Raises:
        PreflightError: A variable gets none, or one that is not finite.
    """
    variables = graph.trainable_variables
    with tf.GradientTape() as tape:
        losses = model.forward(graph, inputs, targets, training=True).losses
        total = sum(weights[name] * loss for name, loss in losses.items())
    gradients = tape.gradient(total, [variable.value for variable in variables])
    without = [variable.path for variable, gradient in zip(variables, gradients, strict=True) if gradient is None]
    loss_hook = f"{type(model).__qualname__}._loss"
    if variables and len(without) == len(variables):
        raise PreflightError(
            f"{loss_hook} depends on none of the weights: an argmax, a rounding, a cast to integers or "
            "stop_gradient cuts its inputs off from them"
        )
    if without:
        raise PreflightError(
            f"{loss_hook} does not depend on {', '.join(without)}: an output that comes from them is in no loss"
        )
    found = {
        variable.path: np.asarray(tf.convert_to_tensor(gradient))
        for variable, gradient in zip(variables, gradients, strict=True)
    }
    for path, gradient in found.items():
        if not np.isfinite(gradient).all():
            raise PreflightError(f"the gradient of {path} is not finite, though all losses of {loss_hook} are")
    return found


def _leaves(graph: GraphBase[Any]) -> Iterator[Any]:
    """Layers that hold no others: containers may never be called themselves."""
    for layer in graph._flatten_layers(include_self=False):
        if not list(layer._flatten_layers(include_self=False)):
            yield layer
