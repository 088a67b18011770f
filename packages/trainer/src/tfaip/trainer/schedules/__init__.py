"""Learning-rate schedules; the rate is a function of the epochs of data that were seen."""

from tfaip.trainer.schedules.params import (
    ConstantParams,
    CosineDecayParams,
    ExponentialDecayParams,
    LearningRateParams,
    OneCycleParams,
    PolynomialParams,
    ReduceOnPlateauParams,
    StepParams,
    WarmupConstantCosineParams,
    WarmupCosineParams,
    WarmupDecayParams,
)
from tfaip.trainer.schedules.schedule import Schedule

__all__ = [
    "SCHEDULES",
    "ConstantParams",
    "CosineDecayParams",
    "ExponentialDecayParams",
    "LearningRateParams",
    "OneCycleParams",
    "PolynomialParams",
    "ReduceOnPlateauParams",
    "Schedule",
    "StepParams",
    "WarmupConstantCosineParams",
    "WarmupCosineParams",
    "WarmupDecayParams",
]

# What `--trainer.learning_rate` offers.
SCHEDULES: list[type[LearningRateParams]] = [
    ConstantParams,
    CosineDecayParams,
    ExponentialDecayParams,
    OneCycleParams,
    PolynomialParams,
    ReduceOnPlateauParams,
    StepParams,
    WarmupConstantCosineParams,
    WarmupCosineParams,
    WarmupDecayParams,
]
