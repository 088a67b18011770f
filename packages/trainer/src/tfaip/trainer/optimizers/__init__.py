"""Optimizers and their parameters."""

from tfaip.trainer.optimizers.params import AdamParams, OptimizerParams, RMSpropParams, SGDParams

__all__ = ["AdamParams", "OptimizerParams", "RMSpropParams", "SGDParams"]
