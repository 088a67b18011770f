"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.trainer.optimizers.adabelief import AdaBeliefParams as AdaBeliefParams
from tfaip.trainer.optimizers.adafactor import AdafactorParams as AdafactorParams
from tfaip.trainer.optimizers.adam import AdamParams as AdamParams
from tfaip.trainer.optimizers.adamax import AdamaxParams as AdamaxParams
from tfaip.trainer.optimizers.adamw import AdamWParams as AdamWParams
from tfaip.trainer.optimizers.base import OptimizerParams as OptimizerParams
from tfaip.trainer.optimizers.lamb import LAMBParams as LAMBParams
from tfaip.trainer.optimizers.lion import LionParams as LionParams
from tfaip.trainer.optimizers.muon import MuonParams as MuonParams
from tfaip.trainer.optimizers.nadam import NadamParams as NadamParams
from tfaip.trainer.optimizers.offered import OPTIMIZERS as OPTIMIZERS
from tfaip.trainer.optimizers.rmsprop import RMSpropParams as RMSpropParams
from tfaip.trainer.optimizers.sgd import SGDParams as SGDParams
