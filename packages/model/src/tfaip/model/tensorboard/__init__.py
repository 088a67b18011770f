"""Records for TensorBoard: images, histograms, scalars, curves and matrices.

In: tensors of layers, models and metrics. Out: summaries of the last batch of an epoch.
"""

from tfaip.model.tensorboard.confusion_matrix import ConfusionMatrix
from tfaip.model.tensorboard.metric_summaries import write_metric_summaries
from tfaip.model.tensorboard.pr_curve import PRCurve
from tfaip.model.tensorboard.recorder import Recorder, record, record_histogram, record_image, record_scalar

__all__ = [
    "ConfusionMatrix",
    "PRCurve",
    "Recorder",
    "record",
    "record_histogram",
    "record_image",
    "record_scalar",
    "write_metric_summaries",
]
