"""Ending a training before its last epoch, once it no longer gets better."""

from tfaip.trainer.early_stopping.params import EarlyStoppingParams

__all__ = ["EarlyStoppingParams"]
