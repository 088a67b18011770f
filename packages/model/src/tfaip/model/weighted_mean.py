"""Means of values, each with its weight: over an epoch (a Keras metric), and of each sample."""

from __future__ import annotations

import math
from typing import Any

import keras
from keras import ops

__all__ = ["WeightedMean", "mean_by_sample"]


def mean_by_sample(values: Any, weights: Any) -> Any:
    """Return the weighted mean of each sample, float (batch,); 0 where all its weights are 0.

    A loss over the steps of a sequence takes its mask as weights, so that padding does not count:

        return {"tokens": mean_by_sample(losses, inputs["words"] != 0)}

    Args:
        values: Float, (batch, steps) or more axes.
        weights: Any numeric dtype or bool, of the same shape, or of fewer axes; 0 for padding.
    """
    weights = _like(ops.cast(weights, values.dtype), values)
    # Padding may hold infinities, which a weight of 0 turns into NaN.
    values = ops.where(weights == 0, ops.zeros_like(values), values)
    axes = tuple(range(1, len(values.shape)))
    total = ops.sum(weights, axis=axes)
    return ops.sum(values * weights, axis=axes) / ops.where(total == 0, ops.ones_like(total), total)


class WeightedMean(keras.metrics.Mean):
    """The mean of all values so far: sum of weight times value, divided by the sum of the weights.

    Internal API of the package; `MetricDefinition.mean` makes it.
    """

    def update_state(self, values: Any, weights: Any = None, sample_weight: Any = None) -> None:
        """Take a batch into account.

        Args:
            values: Any numeric dtype, (batch,) or more axes.
            weights: The weight of each value, of the same shape, or of fewer axes; `None`: 1.
            sample_weight: Further weights, by which the others are multiplied.
        """
        values = ops.cast(values, self.dtype)
        factors = [ops.cast(each, self.dtype) for each in (weights, sample_weight) if each is not None]
        factors = [_like(each, values) for each in factors]
        # Flat, since Keras asks for the number of axes, which some operations of TensorFlow don't tell.
        flat = [ops.reshape(each, (-1,)) for each in (values, *factors)]
        super().update_state(flat[0], math.prod(flat[1:], start=1) if factors else None)


def _like(weights: Any, values: Any) -> Any:
    """Return the weights in the shape of the values, which Keras would else average before it weighs them."""
    if getattr(values.shape, "rank", 0) is None or getattr(weights.shape, "rank", 0) is None:
        return weights  # of the same shape, as far as one can tell before they are computed
    missing = len(values.shape) - len(weights.shape)
    weights = ops.reshape(weights, (*ops.shape(weights), *([1] * missing))) if missing > 0 else weights
    return ops.broadcast_to(weights, ops.shape(values))
