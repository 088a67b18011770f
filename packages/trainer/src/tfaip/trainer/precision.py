"""Mixed precision: what stays float32, and the scaling of the loss."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

import keras
import tensorflow as tf

if TYPE_CHECKING:
    from tfaip.model import GraphBase

__all__ = ["scale_loss_in_half_precision", "train_outputs"]

Tensors = Mapping[str, Any]


def train_outputs(graph: GraphBase[Any], inputs: Tensors, targets: Tensors, *, training: bool) -> dict[str, Any]:
    """Return the outputs that loss and metrics see, float32 where the graph computes in half precision."""
    outputs = graph.build_train_graph(inputs, targets, training=training)
    halves = (tf.float16, tf.bfloat16)
    return {
        name: tf.cast(value, tf.float32) if getattr(value, "dtype", None) in halves else value
        for name, value in outputs.items()
    }


def scale_loss_in_half_precision(optimizer: Any, variables: Sequence[Any]) -> Any:
    """Wrap `optimizer`, built on `variables`, so that it scales the loss, if layers compute in float16.

    Gradients that are too small for float16 would be zero otherwise; bfloat16 has float32's range and needs nothing.
    """
    if keras.config.dtype_policy().compute_dtype == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(list(variables))
    return optimizer
