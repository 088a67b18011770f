"""Learning-rate schedules; the rate is a function of the epochs of data that were seen."""

from tfaip.trainer.schedules.params import ConstantParams, ExponentialDecayParams, LearningRateParams, Schedule

__all__ = ["ConstantParams", "ExponentialDecayParams", "LearningRateParams", "Schedule"]
