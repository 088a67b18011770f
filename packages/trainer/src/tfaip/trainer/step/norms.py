"""Norms of gradients and weights, to observe a training."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import numpy as np
import tensorflow as tf

__all__ = ["GradientNorms", "weight_norms"]


class GradientNorms:
    """Mean L2 norm, over the updates of an epoch, of each variable's gradient and of all gradients together.

    Gradients are measured as they are before clipping, and after accumulation.

    Args:
        variables: Keras variables whose gradients are measured.
    """

    def __init__(self, variables: Sequence[Any]) -> None:
        self._paths = [variable.path for variable in variables]
        self._sums = keras.Variable(
            np.zeros(len(variables) + 1),
            dtype="float32",
            trainable=False,
            aggregation="only_first_replica",
            name="gradient_norms",
        )
        self._updates = keras.Variable(
            0, dtype="int64", trainable=False, aggregation="only_first_replica", name="measured_updates"
        )

    @property
    def variables(self) -> list[Any]:
        """All state."""
        return [self._sums, self._updates]

    def update(self, gradients: Sequence[Any], scale: Any = None) -> None:
        """Measure the gradients of one update, which are `scale` times as large as they should be; `None`: once."""
        halves = [_half_of_squares(gradient, scale) for gradient in gradients]
        self._sums.assign_add(tf.sqrt(2.0 * tf.stack([*halves, tf.add_n(halves)])))
        self._updates.assign_add(1)

    def take(self) -> dict[str, float]:
        """Return the means, as `gradient_norm/PATH` and `gradient_norm`, and begin anew."""
        means = self._sums.numpy() / max(int(self._updates.numpy()), 1)
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape))
        names = [*(f"gradient_norm/{path}" for path in self._paths), "gradient_norm"]
        return dict(zip(names, (float(mean) for mean in means), strict=True))


def _half_of_squares(gradient: Any, scale: Any) -> Any:
    """Return half of the sum of squares, which is one operation of TensorFlow, a float32 scalar."""
    if gradient is None:
        return tf.constant(0.0)
    values = tf.cast(getattr(gradient, "values", gradient), tf.float32)
    return tf.nn.l2_loss(values if scale is None else values / scale)


def weight_norms(weights: Sequence[Any]) -> dict[str, float]:
    """Return the L2 norm of each Keras variable, as `weight_norm/PATH`."""
    return {f"weight_norm/{weight.path}": float(np.linalg.norm(weight.numpy())) for weight in weights}
