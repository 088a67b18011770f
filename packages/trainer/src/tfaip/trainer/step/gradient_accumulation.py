"""One update of the weights from the gradients of several batches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf

__all__ = ["GradientAccumulation"]


class GradientAccumulation:
    """Sums gradients, each weighted by the samples of its batch, so that their mean is that of one large batch.

    Args:
        variables: Keras variables whose gradients are summed.
        batches: Batches of an update.
    """

    def __init__(self, variables: Sequence[Any], batches: int) -> None:
        self._limit = batches
        self._sums = [
            keras.Variable(
                tf.zeros(variable.shape, variable.dtype),
                dtype=variable.dtype,
                trainable=False,
                aggregation="sum",
                name=f"{variable.path.replace('/', '_')}_gradient",
            )
            for variable in variables
        ]
        self.batches = keras.Variable(
            0, dtype="int64", trainable=False, aggregation="only_first_replica", name="accumulated_batches"
        )
        self.samples = keras.Variable(0, dtype="int64", trainable=False, aggregation="sum", name="accumulated_samples")

    @property
    def variables(self) -> list[Any]:
        """All state; a checkpoint amid the batches of an update holds it."""
        return [*self._sums, self.batches, self.samples]

    @property
    def is_full(self) -> Any:
        """Whether all batches of an update are there, a bool scalar."""
        return tf.greater_equal(self.batches.value, self._limit)

    def add(self, gradients: Sequence[Any], samples: Any) -> None:
        """Take the mean gradients of a batch of so many `samples`, an int64 scalar."""
        for total, gradient in zip(self._sums, gradients, strict=True):
            if gradient is not None:
                total.assign_add(tf.convert_to_tensor(gradient) * tf.cast(samples, total.dtype))
        self.batches.assign_add(1)
        self.samples.assign_add(samples)

    def take(self) -> list[Any]:
        """Return the mean gradients and begin anew."""
        samples = self.samples.value
        means = [total.value / tf.cast(samples, total.dtype) for total in self._sums]
        with tf.control_dependencies(means):
            for variable in self.variables:
                variable.assign(tf.zeros_like(variable.value))
        return means
