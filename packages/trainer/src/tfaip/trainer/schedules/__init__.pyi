"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.trainer.schedules.base import LearningRateParams as LearningRateParams
from tfaip.trainer.schedules.base import Schedule as Schedule
from tfaip.trainer.schedules.constant import ConstantParams as ConstantParams
from tfaip.trainer.schedules.cosine_decay import CosineDecayParams as CosineDecayParams
from tfaip.trainer.schedules.cosine_decay import WarmupConstantCosineParams as WarmupConstantCosineParams
from tfaip.trainer.schedules.cosine_decay import WarmupCosineParams as WarmupCosineParams
from tfaip.trainer.schedules.exponential_decay import ExponentialDecayParams as ExponentialDecayParams
from tfaip.trainer.schedules.offered import SCHEDULES as SCHEDULES
from tfaip.trainer.schedules.one_cycle import OneCycleParams as OneCycleParams
from tfaip.trainer.schedules.polynomial import PolynomialParams as PolynomialParams
from tfaip.trainer.schedules.reduce_on_plateau import ReduceOnPlateauParams as ReduceOnPlateauParams
from tfaip.trainer.schedules.step import StepParams as StepParams
from tfaip.trainer.schedules.warmup_decay import WarmupDecayParams as WarmupDecayParams
