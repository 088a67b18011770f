"""Hooks of trainers, schedules, warm starters, predictors and LAV that are written for tfaip 1.2."""

import pytest

from tfaip.pipeline.errors import HookError
from tfaip.predict import LAV, LAVCallback, MultiModelVoter, Predictor
from tfaip.trainer import Trainer
from tfaip.trainer.schedules.base import Schedule
from tfaip.trainer.warm_start.warm_starter import WarmStarter

FORMER = [
    (Trainer, "setup_callbacks", "create_callbacks"),
    (Trainer, "create_warmstarter", "create_warm_starter"),
    (WarmStarter, "_transform_weight", "`transform_weight`"),
    (Schedule, "lr", "`rate`"),
    (Predictor, "_print_prediction", "ModelBase._print_evaluate"),
    (LAV, "_custom_callbacks", "ScenarioBase.lav_kwargs"),
    (LAVCallback, "on_lav_end", "`on_end`"),
]


@pytest.mark.parametrize(("base", "name", "successor"), FORMER)
def test_a_former_hook_is_refused_where_its_class_is_defined(base, name, successor):
    with pytest.raises(HookError, match=successor):
        type("Mine", (base,), {name: lambda self: None})


SIGNATURES = [
    (
        WarmStarter,
        "transform_weight",
        lambda self, name, weight: None,
        "transform_weight(self, name, stored, variable)",
    ),
    (Trainer, "create_callbacks", lambda self, logger: [], "create_callbacks(self)"),
    (LAVCallback, "on_sample_end", lambda self, data_generator_params, sample: None, "on_sample_end(self, sample)"),
    (MultiModelVoter, "vote", lambda self, samples, outputs: None, "vote(self, sample)"),
]


@pytest.mark.parametrize(("base", "name", "method", "wanted"), SIGNATURES)
def test_a_former_signature_is_refused_with_the_signature_wanted(base, name, method, wanted):
    with pytest.raises(HookError) as refused:
        type("Mine", (base,), {name: method})
    assert f"must be written as `def {wanted}`" in str(refused.value)
