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

    def update(self, gradients: Sequence[Any], scale: Any = 1.0) -> None:
        """Measure the gradients of one update, which are `scale` times as large as they should be."""
        zero = tf.constant(0.0)
        squares = [
            zero if g is None else tf.reduce_sum(tf.square(tf.cast(getattr(g, "values", g), tf.float32) / scale))
            for g in gradients
        ]
        self._sums.assign_add(tf.sqrt(tf.stack([*squares, tf.add_n(squares)])))
        self._updates.assign_add(1)

    def take(self) -> dict[str, float]:
        """Return the means, as `gradient_norm/PATH` and `gradient_norm`, and begin anew."""
        means = self._sums.numpy() / max(int(self._updates.numpy()), 1)
        for variable in self.variables:
            variable.assign(np.zeros(variable.shape))
        names = [*(f"gradient_norm/{path}" for path in self._paths), "gradient_norm"]
        return dict(zip(names, (float(mean) for mean in means), strict=True))


def weight_norms(weights: Sequence[Any]) -> dict[str, float]:
    """Return the L2 norm of each Keras variable, as `weight_norm/PATH`."""
    return {f"weight_norm/{weight.path}": float(np.linalg.norm(weight.numpy())) for weight in weights}
