"""Scenarios that exist in several shapes: parts chosen on the command line, and a base with concrete scenarios."""

from abc import ABC
from typing import Generic, TypeVar

import keras
import numpy as np
import pytest

from tfaip.model import ScenarioBase, ScenarioBaseParams
from tfaip.model.testing.points.data import PointsData
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import PointsDataParams, PointsModelParams, PointsPipelineParams
from tfaip.params import CommandLine, CommandLineError, field, from_dict, params, to_dict

# One scenario, whose data and model are chosen among subclasses.


@params(name="Centred")
class CentredDataParams(PointsDataParams):
    offset: float = field(default=0.5, help="What is subtracted")

    def cls(self):
        return CentredData


class CentredData(PointsData):
    pass


@params(name="Deep")
class DeepModelParams(PointsModelParams):
    layers: int = field(default=2, help="Hidden layers")

    def cls(self):
        return DeepModel


class DeepGraph(PointsGraph):
    def __init__(self, params, name="deep", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.hidden = keras.Sequential([keras.layers.Dense(params.units) for _ in range(params.layers)])


class DeepModel(PointsModel):
    def create_graph(self, params):
        return DeepGraph(params)


@params
class ChosenScenarioParams(ScenarioBaseParams[PointsDataParams, PointsModelParams]):
    data: PointsDataParams = field(
        factory=PointsDataParams, mode="flat", choices=[PointsDataParams, CentredDataParams], help="The data"
    )
    model: PointsModelParams = field(
        factory=PointsModelParams, mode="flat", choices=[PointsModelParams, DeepModelParams], help="The model"
    )


class ChosenScenario(ScenarioBase[ChosenScenarioParams, PointsPipelineParams]):
    pass


# A base that says what its scenarios have in common, and two of them.

TModelParams = TypeVar("TModelParams", bound=PointsModelParams)


@params
class FamilyScenarioParams(ScenarioBaseParams[PointsDataParams, TModelParams], Generic[TModelParams]):
    shared: int = field(default=1, help="Shared by the family")


@params
class ShallowScenarioParams(FamilyScenarioParams[PointsModelParams]):
    pass


@params
class DeepScenarioParams(FamilyScenarioParams[DeepModelParams]):
    pass


TFamilyParams = TypeVar("TFamilyParams", bound=FamilyScenarioParams)


class FamilyScenario(ScenarioBase[TFamilyParams, PointsPipelineParams], ABC, Generic[TFamilyParams]):
    def complete_params(self):
        self.params.model.units = 10 * self.params.shared


class ShallowScenario(FamilyScenario[ShallowScenarioParams]):
    pass


class DeepScenario(FamilyScenario[DeepScenarioParams]):
    pass


def resolved(scenario, words):
    command_line = CommandLine("test")
    default = scenario.default_params()
    command_line.add_root("scenario", type(default), default=default)
    return command_line.parse_or_raise(words)["scenario"]


def test_data_and_model_are_chosen_on_the_command_line_and_trained():
    params = resolved(
        ChosenScenario, ["--data", "Centred", "--data.offset", "1.5", "--model", "Deep", "--model.layers", "3"]
    )
    scenario = ChosenScenario(from_dict(ChosenScenarioParams, to_dict(params)))
    model = scenario.create_model()
    assert (type(scenario.data), type(model)) == (CentredData, DeepModel)
    graph = model.build_graph(scenario.data)
    assert len(graph.hidden.layers) == 3
    batch = {"point": np.ones((4, 2), np.float32)}, {"direction": np.zeros((4, 1), np.int64)}
    optimizer = keras.optimizers.SGD(0.1)
    before = _loss(model, graph, *batch)
    for _ in range(3):
        optimizer.apply(_gradients(model, graph, *batch), graph.trainable_variables)
    assert _loss(model, graph, *batch) < before


def _loss(model, graph, inputs, targets):
    return float(model.losses(inputs, targets, graph.build_prediction_graph(inputs))["ce"])


def _gradients(model, graph, inputs, targets):
    import tensorflow as tf

    with tf.GradientTape() as tape:
        loss = model.losses(inputs, targets, graph.build_prediction_graph(inputs))["ce"]
    return tape.gradient(loss, [variable.value for variable in graph.trainable_variables])


def test_arguments_of_what_is_not_chosen_do_not_exist():
    with pytest.raises(CommandLineError, match=r"--model\.layers"):
        resolved(ChosenScenario, ["--model.layers", "3"])


def test_concrete_scenarios_of_a_base_have_parameters_of_their_own_and_share_its_code():
    assert ShallowScenario.params_cls() is ShallowScenarioParams
    assert DeepScenario.trainer_pipeline_params_cls() is PointsPipelineParams
    deep = DeepScenario(resolved(DeepScenario, ["--model.layers", "4", "--scenario.shared", "2"]))
    assert (deep.params.model.layers, deep.params.model.units) == (4, 20)
    assert type(deep.create_model()) is DeepModel
    assert type(ShallowScenario(ShallowScenario.default_params()).create_model()) is PointsModel


def test_the_base_of_a_family_says_what_it_lacks():
    with pytest.raises(TypeError, match="FamilyScenario must name its parameters"):
        FamilyScenario.params_cls()
