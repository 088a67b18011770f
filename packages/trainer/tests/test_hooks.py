"""Hooks of trainers, schedules, warm starters, predictors and LAV that are written for tfaip 1.2."""

import numpy as np
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline.errors import HookError
from tfaip.predict import LAV, LAVCallback, MultiModelVoter, Predictor
from tfaip.trainer import Trainer
from tfaip.trainer.schedules import ConstantParams
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


@pytest.mark.parametrize("rate", [None, "0.1", [0.1]])
def test_a_schedule_that_returns_no_number_is_named(rate):
    mine = type("Mine", (Schedule,), {"rate": lambda self, e: rate})(ConstantParams(), 3, np)
    with pytest.raises(HookError, match=r"^Mine\.rate must return a number, got"):
        mine(1.0)


@pytest.mark.parametrize("value", [None, WarmStarter])
def test_a_trainer_whose_warm_starter_is_none_is_named(points_params, value):
    params = points_params(None, epochs=1)
    params.warmstart.model = "anywhere"
    trainer = type("Mine", (Trainer,), {"create_warm_starter": lambda self: value})(
        params, PointsScenario(params.scenario)
    )
    with pytest.raises(HookError, match=r"^Mine\.create_warm_starter must return an object of WarmStarter, got"):
        trainer.train()


@pytest.mark.parametrize(
    ("hook", "value", "message"),
    [("lav_cls", None, "a class, got None"), ("lav_kwargs", ["x"], "a dict of keyword arguments, got a list")],
)
def test_a_scenario_whose_lav_is_none_is_named_in_the_training(points_params, monkeypatch, hook, value, message):
    params = points_params(None, epochs=1)
    params.lav_every_n = 1
    monkeypatch.setattr(type(params.gen), "lav_gen", lambda self: [self.val])
    monkeypatch.setattr(PointsScenario, hook, classmethod(lambda cls: value))
    with pytest.raises(HookError, match=rf"^PointsScenario\.{hook} must return {message}"):
        Trainer(params, PointsScenario(params.scenario)).train()
