"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.model.tensorboard.confusion_matrix import ConfusionMatrix as ConfusionMatrix
from tfaip.model.tensorboard.metric_summaries import write_metric_summaries as write_metric_summaries
from tfaip.model.tensorboard.pr_curve import PRCurve as PRCurve
from tfaip.model.tensorboard.recorder import Recorder as Recorder
from tfaip.model.tensorboard.recorder import record as record
from tfaip.model.tensorboard.recorder import record_histogram as record_histogram
from tfaip.model.tensorboard.recorder import record_image as record_image
from tfaip.model.tensorboard.recorder import record_scalar as record_scalar
