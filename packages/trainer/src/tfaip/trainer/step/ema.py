"""An exponential moving average of the weights."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

from tfaip.model.runtime.tracing import compiled

__all__ = ["ExponentialMovingAverage"]

# The dynamic decay forgets a quarter of the average over an epoch, within the limits of useful averages.
KEPT_PER_EPOCH = 0.75
MIN_DECAY, MAX_DECAY = 0.99, 0.99975


class ExponentialMovingAverage:
    """Averages weights over the updates: a = d * a + (1 - d) * w, beginning with a = w.

    Args:
        weights: Keras variables to average; those that aren't floating-point are left alone.
        decay: d, below 1; negative for a dynamic one, 0.75 ^ (samples of the update / samples of an epoch) within
            [0.99, 0.99975].
        has_replicas: Whether replicas share the weights, each with a copy of the average.
    """

    def __init__(self, weights: Sequence[Any], decay: float, *, has_replicas: bool = False) -> None:
        self._decay = decay
        self._has_replicas = has_replicas
        self._weights = [weight for weight in weights if tf.as_dtype(weight.dtype).is_floating]
        self.variables = [
            keras.Variable(
                tf.identity(weight.value),  # Keras would not copy a variable
                dtype=weight.dtype,
                trainable=False,
                aggregation="only_first_replica",
                name=f"{weight.path.replace('/', '_')}_average",
            )
            for weight in self._weights
        ]
        # Traced once: eagerly, each of the many assignments would pay for Python.
        self._swap = compiled(self._swapped)

    def decay(self, samples: Any, samples_per_epoch: Any) -> Any:
        """Return d, a float32 scalar.

        Args:
            samples: Samples of the update, an int64 scalar.
            samples_per_epoch: Samples of an epoch, an int64 scalar; as many as were seen, as long as it isn't known.
        """
        if self._decay >= 0:
            return tf.constant(self._decay, tf.float32)
        share = tf.cast(samples, tf.float32) / tf.cast(tf.maximum(samples_per_epoch, samples), tf.float32)
        return tf.clip_by_value(tf.pow(KEPT_PER_EPOCH, share), MIN_DECAY, MAX_DECAY)

    def update(self, decay: Any) -> None:
        """Take the present weights into the average."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            # Written as a difference, an average of weights that don't change stays what it is, bit by bit.
            difference, share = average.value - weight.value, tf.cast(1.0 - decay, average.dtype)
            if self._has_replicas:
                average.assign_sub(share * difference)
            else:  # the same in one operation
                tf.raw_ops.ResourceApplyGradientDescent(var=average.value.handle, alpha=share, delta=difference)

    def restart(self) -> None:
        """Begin again with the present weights: they were loaded from elsewhere."""
        for weight, average in zip(self._weights, self.variables, strict=True):
            average.assign(weight.value)

    def swap(self) -> None:
        """Exchange weights and averages; twice leaves both as they were, bit by bit."""
        self._swap()

    def _swapped(self) -> None:
        for weight, average in zip(self._weights, self.variables, strict=True):
            raw = tf.identity(weight.value)
            weight.assign(tf.identity(average.value))
            average.assign(raw)
