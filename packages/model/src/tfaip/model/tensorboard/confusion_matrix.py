"""The confusions of a classifier."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
import tensorflow as tf
from keras import ops
from tensorboard.plugins.image import metadata

from tfaip.model.tensorboard.confusion_picture import confusion_picture

__all__ = ["ConfusionMatrix"]


class ConfusionMatrix(keras.metrics.Metric):
    """The confusion matrix, as a picture in TensorBoard.

    `update_state` takes true classes, and predicted classes or a probability for each class on the last axis. The
    result is a serialised `Summary`: the metric is no log.

    Args:
        classes: Number of classes.
        name: Name of the metric.
        class_names: Name of each class, for the axes; by default, classes are shown by number.

    Raises:
        ValueError: There is not one name for each class.
    """

    def __init__(
        self,
        classes: int,
        name: str = "confusion_matrix",
        *,
        class_names: Sequence[str] | None = None,
        **kwargs: Any,
    ) -> None:
        super().__init__(name=name, **kwargs)
        if class_names is not None and len(class_names) != classes:
            raise ValueError(
                f"class_names must name each of the {classes} classes of the confusion matrix {name!r}, "
                f"got {len(class_names)}: {list(class_names)}"
            )
        self.classes = classes
        self.class_names = None if class_names is None else [str(each) for each in class_names]
        self.counts = self.add_variable((classes, classes), "zeros", name="counts")

    def update_state(self, y_true: Any, y_pred: Any, sample_weight: Any = None) -> None:
        """Count a batch: true classes, int (n, ...); predicted ones, int of that size, or float (n, ..., classes)."""
        if keras.backend.is_float_dtype(keras.backend.standardize_dtype(y_pred.dtype)):
            y_pred = ops.argmax(y_pred, axis=-1)
        places = ops.cast(ops.reshape(y_true, (-1,)), "int32") * self.classes
        places += ops.cast(ops.reshape(y_pred, (-1,)), "int32")
        weights = ops.ones_like(places) if sample_weight is None else ops.reshape(sample_weight, (-1,))
        counted = ops.segment_sum(ops.cast(weights, "float32"), places, num_segments=self.classes**2)
        self.counts.assign_add(ops.reshape(counted, (self.classes, self.classes)))

    def result(self) -> Any:
        """Return a serialised `Summary` with one picture, a string tensor of shape ()."""
        picture = confusion_picture(ops.convert_to_numpy(self.counts), self.class_names)
        height, width, _ = picture.shape
        png = tf.io.encode_png(picture).numpy()
        summary = tf.compat.v1.Summary()
        description = "Rows are true classes, columns predicted ones; the darker, the larger the share of the row."
        meta = metadata.create_summary_metadata(display_name=None, description=description)
        tensor = tf.make_tensor_proto([str(width).encode(), str(height).encode(), png], dtype=tf.string)
        summary.value.add(metadata=tf.compat.v1.SummaryMetadata.FromString(meta.SerializeToString()), tensor=tensor)
        return tf.constant(summary.SerializeToString())
