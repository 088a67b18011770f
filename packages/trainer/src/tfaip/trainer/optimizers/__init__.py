"""Optimizers and their parameters."""

from tfaip.trainer.optimizers.adabelief import AdaBeliefParams
from tfaip.trainer.optimizers.adafactor import AdafactorParams
from tfaip.trainer.optimizers.adam import AdamParams
from tfaip.trainer.optimizers.adamax import AdamaxParams
from tfaip.trainer.optimizers.adamw import AdamWParams
from tfaip.trainer.optimizers.base import OptimizerParams
from tfaip.trainer.optimizers.lamb import LAMBParams
from tfaip.trainer.optimizers.lion import LionParams
from tfaip.trainer.optimizers.muon import MuonParams
from tfaip.trainer.optimizers.nadam import NadamParams
from tfaip.trainer.optimizers.rmsprop import RMSpropParams
from tfaip.trainer.optimizers.sgd import SGDParams

__all__ = [
    "OPTIMIZERS",
    "AdaBeliefParams",
    "AdafactorParams",
    "AdamParams",
    "AdamWParams",
    "AdamaxParams",
    "LAMBParams",
    "LionParams",
    "MuonParams",
    "NadamParams",
    "OptimizerParams",
    "RMSpropParams",
    "SGDParams",
]

# What `--trainer.optimizer` offers.
OPTIMIZERS: list[type[OptimizerParams]] = [
    AdaBeliefParams,
    AdafactorParams,
    AdamParams,
    AdamaxParams,
    AdamWParams,
    LAMBParams,
    LionParams,
    MuonParams,
    NadamParams,
    RMSpropParams,
    SGDParams,
]
