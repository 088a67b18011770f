import sys
from types import ModuleType
from typing import Any, Generic, TypeVar

import keras
import pytest

from tfaip.model import BundleError, Evaluator, EvaluatorParams, ScenarioBase, ScenarioBaseParams, load_scenario_params
from tfaip.model.stored.export import export_bundle
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import (
    PointsDataParams,
    PointsGeneratorParams,
    PointsModelParams,
    PointsPipelineParams,
    PointsScenarioParams,
)
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import field, params, to_dict
from tfaip.params.defining.type_arguments import type_argument

# A codec, whose size is known to the data and decides on the size of the last layer.


@params
class CodecDataParams(PointsDataParams):
    characters: str = field(default="abc", help="The codec")


@params
class CodecModelParams(PointsModelParams):
    classes: int = field(default=0, mode="ignore", help="Characters of the codec; the scenario fills it in")

    def cls(self):
        return CodecModel


@params
class CodecEvaluatorParams(EvaluatorParams):
    characters: str = field(default="", mode="ignore", help="The codec; the scenario fills it in")


@params
class CodecScenarioParams(ScenarioBaseParams[CodecDataParams, CodecModelParams]):
    evaluator: CodecEvaluatorParams = field(factory=CodecEvaluatorParams, mode="flat")


class CodecGraph(PointsGraph):
    def __init__(self, params, name="codec", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.logits = keras.layers.Dense(params.classes, name="logits")


class CodecModel(PointsModel):
    def create_graph(self, params):
        return CodecGraph(params)


class CodecScenario(ScenarioBase[CodecScenarioParams, PointsPipelineParams]):
    def complete_params(self):
        codec = self.data.params.characters
        self.params.model.classes = len(codec)
        self.params.evaluator.characters = codec


class Recorder:
    """Takes the place of a class of an upper floor, and remembers how it was made."""

    def __init__(self, *arguments: Any, **keywords: Any) -> None:
        self.made_with = arguments, keywords

    @classmethod
    def from_path(cls, *arguments: Any, **keywords: Any) -> "Recorder":
        return cls(*arguments, **keywords)

    from_paths = from_path


def test_the_codec_of_the_data_sizes_the_last_layer_and_is_stored(tmp_path):
    scenario = CodecScenario(CodecScenario.tagged(CodecScenarioParams(data=CodecDataParams(characters="abcde"))))
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    assert graph.logits.units == 5
    assert CodecGraph.from_config(graph.get_config()).logits.units == 5
    bundle = export_bundle(tmp_path / "best", scenario, model, graph)
    stored = load_scenario_params(bundle.path)
    assert (stored.model.classes, stored.evaluator.characters) == (5, "abcde")


def test_derived_parameters_are_no_arguments_of_the_command_line():
    from tfaip.params import CommandLine, CommandLineError

    command_line = CommandLine("test")
    command_line.add_root("scenario", CodecScenarioParams)
    assert command_line.parse_or_raise(["--data.characters", "xy"])["scenario"].data.characters == "xy"
    with pytest.raises(CommandLineError, match=r"--model\.classes"):
        command_line.parse_or_raise(["--model.classes", "3"])


def test_data_and_model_are_those_that_the_parameters_name():
    from tfaip.model.testing.points.data import PointsData

    assert PointsScenario.data_cls() is PointsData
    assert PointsScenario.model_cls() is PointsModel
    assert PointsScenario.predict_generator_params_cls() is PointsGeneratorParams


@pytest.mark.parametrize(
    ("create", "cls_hook", "subject", "keywords"),
    [
        ("create_predictor", "predictor_cls", "best", {"trust", "words"}),
        ("create_multi_predictor", "multi_predictor_cls", ["best", "other"], {"trust", "words"}),
        ("create_lav", "lav_cls", "best", {"scenario", "trust", "limit"}),
        ("create_multi_lav", "multi_lav_cls", ["best", "other"], {"scenario", "trust", "limit"}),
    ],
)
def test_each_class_can_be_replaced_and_gets_the_keywords_of_its_hook(create, cls_hook, subject, keywords):
    class Special(PointsScenario):
        @classmethod
        def predictor_kwargs(cls):
            return {"words": ["x"]}

        @classmethod
        def lav_kwargs(cls):
            return {"limit": 3}

    setattr(Special, cls_hook, classmethod(lambda cls: Recorder))
    made = getattr(Special, create)(subject, "the params")
    assert made.made_with[0] == (subject, "the params")
    assert set(made.made_with[1]) == keywords
    assert made.made_with[1]["trust"] == (Special.__module__.partition(".")[0],)
    assert made.made_with[1].get("scenario", Special) is Special


def test_an_evaluator_gets_the_keywords_of_its_hook():
    class Counting(Evaluator[EvaluatorParams]):
        def __init__(self, params, start):
            super().__init__(params)
            self.start = start

    class Special(PointsScenario):
        @classmethod
        def evaluator_cls(cls):
            return Counting

        @classmethod
        def evaluator_kwargs(cls):
            return {"start": 7}

    assert Special.create_evaluator(EvaluatorParams()).start == 7


@pytest.mark.parametrize(
    ("hook", "package", "name"),
    [
        ("trainer_cls", "trainer", "Trainer"),
        ("predictor_cls", "predict", "Predictor"),
        ("multi_predictor_cls", "predict", "MultiModelPredictor"),
        ("lav_cls", "predict", "LAV"),
        ("multi_lav_cls", "predict", "MultiLAV"),
    ],
)
def test_the_upper_floors_are_loaded_when_they_are_asked_for(monkeypatch, hook, package, name):
    module = ModuleType(f"tfaip.{package}")
    setattr(module, name, Recorder)
    monkeypatch.setitem(sys.modules, f"tfaip.{package}", module)
    assert getattr(PointsScenario, hook)() is Recorder
    monkeypatch.setitem(sys.modules, f"tfaip.{package}", None)
    with pytest.raises(ModuleNotFoundError, match=f"this needs the package tfaip-{package}: pip install tfaip-"):
        getattr(PointsScenario, hook)()


def test_a_trainer_gets_parameters_that_tell_whose_they_are(monkeypatch):
    monkeypatch.setattr(CodecScenario, "trainer_cls", classmethod(lambda cls: Recorder))

    class TrainerParams:
        scenario = CodecScenarioParams()

    (params, scenario), _ = CodecScenario.create_trainer(TrainerParams).made_with
    assert scenario.params is params.scenario
    assert params.scenario.scenario == CodecScenario.tag()
    assert params.scenario.model.classes == 3


def test_a_scenario_comes_from_its_bundle(built, tmp_path):
    bundle = export_bundle(tmp_path / "best", *built)
    named, found = PointsScenario.from_path(bundle.path), ScenarioBase.from_path(bundle.path)
    assert type(named) is type(found) is PointsScenario
    assert named.params.model == found.params.model == built[0].params.model


def test_a_bundle_of_another_scenario_is_refused(built, tmp_path):
    bundle = export_bundle(tmp_path / "best", *built)
    with pytest.raises(BundleError, match="CodecScenario needs parameters of the class CodecScenarioParams, but the "):
        CodecScenario.from_path(bundle.path)


def test_a_scenario_comes_from_plain_data():
    data = to_dict(PointsScenarioParams(model=PointsModelParams(units=5)))
    scenario = PointsScenario.from_dict(data)
    assert scenario.params.model.units == 5
    assert scenario.params.scenario == PointsScenario.tag()


A, B, C = TypeVar("A"), TypeVar("B"), TypeVar("C")


def test_type_arguments_are_followed_through_any_order_of_the_classes_between():
    class Base(Generic[A, B]):
        pass

    class Swapped(Base[B, A], Generic[A, B]):
        pass

    class Half(Swapped[C, int]):
        pass

    class Whole(Half[str]):
        pass

    class Inherits(Whole):
        pass

    for cls in (Whole, Inherits):
        assert [type_argument(cls, position, of=Base) for position in (0, 1)] == [int, str]
    assert [type_argument(Half, position, of=Base) for position in (0, 1)] == [int, None]
    assert type_argument(Base, 0) is None
    assert type_argument(int, 0) is None
