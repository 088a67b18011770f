"""The end of a training that no longer gets better.

In: the logs of each epoch.
Out: whether the training ends before its last epoch.
"""

from tfaip.trainer.early_stopping.params import EarlyStoppingParams

__all__ = ["EarlyStoppingParams"]
