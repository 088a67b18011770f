"""The `create_*` hooks of a scenario: a wrong result is one sentence that names class and hook."""

from types import SimpleNamespace

import pytest

from tfaip.model import DeviceConfigParams, Evaluator, EvaluatorParams
from tfaip.model.scenario.created import created
from tfaip.model.summary import print_summary
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline.errors import HookError

METHODS = {
    "create_model": "build_graph",
    "create_trainer": "train",
    "create_predictor": "predict",
    "create_multi_predictor": "predict",
    "create_lav": "run",
    "create_multi_lav": "run",
}


def returning(hook, value):
    class Mine(PointsScenario):
        pass

    setattr(Mine, hook, classmethod(lambda cls, *arguments: value))
    return Mine(PointsScenario.default_params())


@pytest.mark.parametrize("hook", [*METHODS, "create_evaluator"])
@pytest.mark.parametrize(
    ("value", "told"),
    [
        (None, "None: is its `return` missing"),
        (PointsModel, "the class PointsModel, of which no object was made"),
        ([], r"\[\]"),
        (SimpleNamespace(**dict.fromkeys(METHODS.values())), "an object of the class SimpleNamespace"),
    ],
)
def test_another_result_is_refused(hook, value, told):
    with pytest.raises(HookError, match=rf"Mine\.{hook} must return an? [\w ]+, got {told}"):
        created(returning(hook, value), hook, "best", "the params")


@pytest.mark.parametrize("hook", METHODS)
def test_an_object_with_the_method_that_is_called_is_taken(hook):
    made = SimpleNamespace(**{METHODS[hook]: print})
    assert created(returning(hook, made), hook, "best") is made


def test_an_evaluator_and_the_model_of_the_parameters_are_taken():
    scenario = PointsScenario(PointsScenario.default_params())
    assert isinstance(created(PointsScenario, "create_evaluator", EvaluatorParams()), Evaluator)
    assert isinstance(created(scenario, "create_model"), PointsModel)


def test_the_summary_names_the_hook_whose_model_is_none():
    with pytest.raises(HookError, match=r"Mine\.create_model must return a model, got None"):
        print_summary(returning("create_model", None), DeviceConfigParams())
