"""Learning-rate schedules; the rate is a function of the epochs of data that were seen."""

from tfaip.trainer.schedules.base import LearningRateParams, Schedule
from tfaip.trainer.schedules.constant import ConstantParams
from tfaip.trainer.schedules.cosine_decay import CosineDecayParams, WarmupConstantCosineParams, WarmupCosineParams
from tfaip.trainer.schedules.exponential_decay import ExponentialDecayParams
from tfaip.trainer.schedules.one_cycle import OneCycleParams
from tfaip.trainer.schedules.polynomial import PolynomialParams
from tfaip.trainer.schedules.reduce_on_plateau import ReduceOnPlateauParams
from tfaip.trainer.schedules.step import StepParams
from tfaip.trainer.schedules.warmup_decay import WarmupDecayParams

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
