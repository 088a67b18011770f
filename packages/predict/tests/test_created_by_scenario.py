"""Predictors and LAVs made by a scenario, with what its hooks say."""

import numpy as np
import pytest

import tfaip.predict
from tfaip.model import Evaluator, EvaluatorParams
from tfaip.model.testing.points.params import PointsGeneratorParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.predict import LAV, LAVParams, Predictor, PredictorParams

POINTS = PointsGeneratorParams(count=5, seed=3)


class Counting(Evaluator[EvaluatorParams]):
    def __init__(self, params, start):
        super().__init__(params)
        self.count = start

    def update_state(self, sample):
        self.count += 1

    def result(self):
        return {"counted": self.count}


class WordyPredictor(Predictor):
    def __init__(self, *arguments, word, **keywords):
        super().__init__(*arguments, **keywords)
        self.word = word


class WordyLAV(LAV):
    def __init__(self, *arguments, word, **keywords):
        super().__init__(*arguments, **keywords)
        self.word = word


class Special(PointsScenario):
    @classmethod
    def evaluator_cls(cls):
        return Counting

    @classmethod
    def evaluator_kwargs(cls):
        return {"start": 100}

    @classmethod
    def predictor_cls(cls):
        return WordyPredictor

    @classmethod
    def predictor_kwargs(cls):
        return {"word": "predictor"}

    @classmethod
    def lav_cls(cls):
        return WordyLAV

    @classmethod
    def lav_kwargs(cls):
        return {"word": "lav"}


def test_a_scenario_creates_its_own_predictor_with_its_keywords(exported):
    bundle, _ = exported
    params = PredictorParams()
    params.pipeline.num_processes = 0
    predictor = Special.create_predictor(bundle.path, params)
    assert predictor.word == "predictor"
    assert len(list(predictor.predict(POINTS))) == 5


def test_a_scenario_creates_its_own_lav_which_uses_its_evaluator(exported):
    bundle, _ = exported
    params = LAVParams()
    params.pipeline.num_processes = 0
    lav = Special.create_lav(bundle.path, params)
    (result,) = lav.run([POINTS])
    assert lav.word == "lav"
    assert result.evaluator == {"counted": 105}
    assert np.isfinite(result.metrics["loss"])


@pytest.mark.parametrize(("hook", "name"), [("predictor_cls", "Predictor"), ("lav_cls", "LAV")])
def test_the_default_classes_are_those_of_this_package(hook, name):
    assert getattr(PointsScenario, hook)() is getattr(tfaip.predict, name)
