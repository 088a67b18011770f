"""The training loop: fast, resumable, observable.

Parameters load without TensorFlow; the trainer is loaded when it is first asked for.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from tfaip.model import DeviceConfigParams, TrainerPipelineParams, TrainerPipelineParamsBase
from tfaip.trainer.early_stopping import EarlyStoppingParams
from tfaip.trainer.errors import (
    CallbackError,
    CheckpointError,
    ConcurrentTrainingError,
    EpochSizeError,
    RunFolderError,
    TrainingError,
    WarmStartError,
)
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.folder.stored_training import load_trainer_params
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
from tfaip.trainer.warm_start import WarmstartParams

if TYPE_CHECKING:
    from tfaip.trainer.run.actions.action import Action
    from tfaip.trainer.trainer import Trainer
    from tfaip.trainer.warm_start.warm_starter import WarmStarter

__all__ = [
    "Action",
    "AdaBeliefParams",
    "AdafactorParams",
    "AdamParams",
    "AdamWParams",
    "AdamaxParams",
    "CallbackError",
    "CheckpointError",
    "ConcurrentTrainingError",
    "ConstantParams",
    "CosineDecayParams",
    "DeviceConfigParams",
    "EarlyStoppingParams",
    "EpochSizeError",
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
    "TrainingError",
    "WarmStartError",
    "WarmStarter",
    "WarmstartParams",
    "WarmupConstantCosineParams",
    "WarmupCosineParams",
    "WarmupDecayParams",
    "load_trainer_params",
]


_LOADED_LATER = {
    "Action": "tfaip.trainer.run.actions.action",
    "Trainer": "tfaip.trainer.trainer",
    "WarmStarter": "tfaip.trainer.warm_start.warm_starter",
}


def __getattr__(name: str) -> Any:
    if name in _LOADED_LATER:
        return getattr(import_module(_LOADED_LATER[name]), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
