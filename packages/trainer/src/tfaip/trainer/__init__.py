"""The training loop: fast, resumable, observable.

Parameters load without TensorFlow; the trainer is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tfaip.model import DeviceConfigParams, TrainerPipelineParams, TrainerPipelineParamsBase
from tfaip.trainer.early_stopping import EarlyStoppingParams
from tfaip.trainer.errors import CheckpointError, RunFolderError
from tfaip.trainer.optimizers import (
    AdaBeliefParams,
    AdafactorParams,
    AdamaxParams,
    AdamParams,
    AdamWParams,
    LAMBParams,
    LionParams,
    MuonParams,
    NadamParams,
    OptimizerParams,
    RMSpropParams,
    SGDParams,
)
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.run_folder import RunFolder
from tfaip.trainer.schedules import (
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

if TYPE_CHECKING:
    from tfaip.trainer.trainer import Trainer

__all__ = [
    "AdaBeliefParams",
    "AdafactorParams",
    "AdamParams",
    "AdamWParams",
    "AdamaxParams",
    "CheckpointError",
    "ConstantParams",
    "CosineDecayParams",
    "DeviceConfigParams",
    "EarlyStoppingParams",
    "ExponentialDecayParams",
    "LAMBParams",
    "LearningRateParams",
    "LionParams",
    "MuonParams",
    "NadamParams",
    "OneCycleParams",
    "OptimizerParams",
    "PolynomialParams",
    "RMSpropParams",
    "ReduceOnPlateauParams",
    "RunFolder",
    "RunFolderError",
    "SGDParams",
    "StepParams",
    "Trainer",
    "TrainerParams",
    "TrainerPipelineParams",
    "TrainerPipelineParamsBase",
    "WarmupConstantCosineParams",
    "WarmupCosineParams",
    "WarmupDecayParams",
]


def __getattr__(name: str) -> Any:
    if name == "Trainer":
        return import_module("tfaip.trainer.trainer").Trainer
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
