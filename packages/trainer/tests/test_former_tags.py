"""Files and code of version 0.1: the tags of parameter classes, and the names of modules."""

import importlib
import json
import subprocess
import sys

import pytest

import tfaip.trainer
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import from_dict, to_dict
from tfaip.trainer import (
    EarlyStoppingParams,
    LearningRateParams,
    OptimizerParams,
    TrainerParams,
    WarmstartParams,
)
from tfaip.trainer.former_modules import FORMER_MODULES

FORMER_TAGS = {
    "tfaip.trainer.early_stopping.params:EarlyStoppingParams": EarlyStoppingParams,
    "tfaip.trainer.optimizers.adabelief:AdaBeliefParams": OptimizerParams,
    "tfaip.trainer.optimizers.adafactor:AdafactorParams": OptimizerParams,
    "tfaip.trainer.optimizers.adam:AdamParams": OptimizerParams,
    "tfaip.trainer.optimizers.adamax:AdamaxParams": OptimizerParams,
    "tfaip.trainer.optimizers.adamw:AdamWParams": OptimizerParams,
    "tfaip.trainer.optimizers.lamb:LAMBParams": OptimizerParams,
    "tfaip.trainer.optimizers.lion:LionParams": OptimizerParams,
    "tfaip.trainer.optimizers.muon:MuonParams": OptimizerParams,
    "tfaip.trainer.optimizers.nadam:NadamParams": OptimizerParams,
    "tfaip.trainer.optimizers.rmsprop:RMSpropParams": OptimizerParams,
    "tfaip.trainer.optimizers.sgd:SGDParams": OptimizerParams,
    "tfaip.trainer.schedules.params:ConstantParams": LearningRateParams,
    "tfaip.trainer.schedules.params:CosineDecayParams": LearningRateParams,
    "tfaip.trainer.schedules.params:ExponentialDecayParams": LearningRateParams,
    "tfaip.trainer.schedules.params:OneCycleParams": LearningRateParams,
    "tfaip.trainer.schedules.params:PolynomialParams": LearningRateParams,
    "tfaip.trainer.schedules.params:ReduceOnPlateauParams": LearningRateParams,
    "tfaip.trainer.schedules.params:StepParams": LearningRateParams,
    "tfaip.trainer.schedules.params:WarmupConstantCosineParams": LearningRateParams,
    "tfaip.trainer.schedules.params:WarmupCosineParams": LearningRateParams,
    "tfaip.trainer.schedules.params:WarmupDecayParams": LearningRateParams,
    "tfaip.trainer.warm_start.params:WarmstartParams": WarmstartParams,
}


@pytest.mark.parametrize("tag", FORMER_TAGS)
def test_params_load_by_their_former_tag(tag):
    found = from_dict(FORMER_TAGS[tag], {"__cls__": tag})
    assert type(found) is getattr(tfaip.trainer, tag.rpartition(":")[2])


def test_trainer_params_load_by_their_former_tag():
    stored = to_dict(PointsScenario.default_trainer_params())
    stored["__cls__"] = "tfaip.trainer.params:TrainerParams"
    assert type(from_dict(TrainerParams, json.loads(json.dumps(stored)))) is type(
        PointsScenario.default_trainer_params()
    )


@pytest.mark.parametrize("former", [name for name in FORMER_MODULES if name != "tfaip.trainer.actions"])
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_module_is_imported_by_its_former_name(former):
    assert importlib.import_module(former) is importlib.import_module(FORMER_MODULES[former])


def test_a_former_tag_is_found_where_only_the_base_class_was_imported():
    code = (
        "from tfaip.params import from_dict; from tfaip.trainer.schedules.base import LearningRateParams; "
        "print(from_dict(LearningRateParams, {'__cls__': 'tfaip.trainer.schedules.params:StepParams'}).factor)"
    )
    found = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert found.stdout == "0.1\n"
