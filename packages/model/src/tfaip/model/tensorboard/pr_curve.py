"""Precision and recall over all thresholds."""

from __future__ import annotations

from typing import Any

import keras
import numpy as np
import tensorflow as tf
from keras import ops
from tensorboard.plugins.pr_curve.summary import raw_data_pb

__all__ = ["PRCurve"]


class PRCurve(keras.metrics.Metric):
    """The curve of precision and recall, as TensorBoard's PR plugin shows it.

    `update_state` takes labels of 0 or 1 and probabilities of the same number of elements. The result is a serialised
    `Summary`: the metric is no log.

    Args:
        num_thresholds: Thresholds, evenly spaced from 0 to 1.
        name: Name of the metric.
    """

    def __init__(self, num_thresholds: int = 201, name: str = "pr_curve", **kwargs: Any) -> None:
        super().__init__(name=name, **kwargs)
        if num_thresholds < 2:
            raise ValueError(f"num_thresholds must be >= 2, got {num_thresholds}")
        self.num_thresholds = num_thresholds
        # How many samples have a probability from one threshold up to the next.
        self.positives = self.add_variable((num_thresholds,), "zeros", name="positives")
        self.negatives = self.add_variable((num_thresholds,), "zeros", name="negatives")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch: labels (n, ...), probabilities (n, ...), weights (n,) or as many as labels."""
        labels = ops.cast(ops.reshape(y_true, (-1,)), "float32")
        if sample_weight is None:
            weights = ops.ones_like(labels)
        else:
            weights = ops.cast(sample_weight, "float32")
            weights = ops.reshape(weights, (*ops.shape(weights), *[1] * (len(y_pred.shape) - len(weights.shape))))
            weights = ops.reshape(ops.broadcast_to(weights, ops.shape(y_pred)), (-1,))
        places = ops.cast(ops.reshape(y_pred, (-1,)), "float32") * (self.num_thresholds - 1)
        places = ops.clip(ops.cast(places, "int32"), 0, self.num_thresholds - 1)
        for variable, counted in ((self.positives, labels * weights), (self.negatives, (1 - labels) * weights)):
            variable.assign_add(ops.segment_sum(counted, places, num_segments=self.num_thresholds))

    def result(self) -> Any:
        """Return a serialised `Summary`, a string tensor of shape ()."""
        positives, negatives = (np.asarray(ops.convert_to_numpy(v)) for v in (self.positives, self.negatives))
        true_positives, false_positives = positives[::-1].cumsum()[::-1], negatives[::-1].cumsum()[::-1]
        false_negatives, true_negatives = positives.sum() - true_positives, negatives.sum() - false_positives
        summary = raw_data_pb(
            name=self.name,
            true_positive_counts=true_positives,
            false_positive_counts=false_positives,
            true_negative_counts=true_negatives,
            false_negative_counts=false_negatives,
            precision=_ratio(true_positives, true_positives + false_positives),
            recall=_ratio(true_positives, true_positives + false_negatives),
            num_thresholds=self.num_thresholds,
        )
        summary.value[0].tag = ""
        return tf.constant(summary.SerializeToString())


def _ratio(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    return part / np.maximum(whole, 1e-7)
