"""Hooks of models, graphs, evaluators and scenarios that are written for tfaip 1.2."""

import keras
import pytest
import tensorflow as tf

from tfaip.model import Evaluator, GraphBase, LayerBase, ModelBase, ScenarioBase
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline.errors import HookError

FORMER = [
    (ModelBase, "_target_output_metric", "_metric"),
    (ModelBase, "pre_proc_targets", "_pre_proc_targets"),
    (GraphBase, "build_graph", "call"),
    (GraphBase, "params_cls", "type argument"),
    (LayerBase, "params_cls", "type argument"),
    (Evaluator, "default_params", "ScenarioBase.default_params"),
    (ScenarioBase, "create_model_and_graph", "ModelBase.create_graph"),
    (ScenarioBase, "model_cls", "`cls` of the model's parameters"),
    (ScenarioBase, "static_data_kwargs", "complete_params"),
    (PointsScenario, "net_config_cls", "_export_graphs"),
]


@pytest.mark.parametrize(("base", "name", "successor"), FORMER)
def test_a_former_hook_is_refused_where_its_class_is_defined(base, name, successor):
    with pytest.raises(HookError, match=successor):
        type("Mine", (base,), {name: lambda self: None})


SIGNATURES = [
    (PointsModel, "_loss", lambda self, inputs_targets, outputs: {}, "def _loss(self, inputs, targets, outputs)"),
    (PointsModel, "_loss", lambda self, inputs, outputs, targets: {}, "def _loss(self, inputs, targets, outputs)"),
    (PointsModel, "_metric", lambda self, inputs_targets, outputs: {}, "def _metric(self)"),
    (
        PointsModel,
        "_print_evaluate",
        lambda self, inputs, outputs, targets, data, print_fn: None,
        "def _print_evaluate(self, sample, data, print_fn=print)",
    ),
    (
        PointsModel,
        "_print_evaluate",
        lambda self, inputs, outputs, targets: None,
        "def _print_evaluate(self, sample, data, print_fn=print)",
    ),
    (
        PointsModel,
        "_export_graphs",
        lambda self, inputs, targets, outputs: {},
        "def _export_graphs(self, inputs, outputs, targets)",
    ),
    (
        GraphBase,
        "build_train_graph",
        lambda self, inputs, targets: {},
        "def build_train_graph(self, inputs, targets, training=None)",
    ),
    (Evaluator, "update_state", lambda self, inputs, outputs: None, "def update_state(self, sample)"),
    (
        ScenarioBase,
        "create_lav",
        classmethod(lambda cls, lav_params, scenario_params: None),
        "@classmethod def create_lav(cls, path, params)",
    ),
    (ScenarioBase, "evaluator_cls", lambda self: None, "@classmethod def evaluator_cls(cls)"),
]


@pytest.mark.parametrize(("base", "name", "method", "wanted"), SIGNATURES)
def test_a_former_signature_is_refused_with_the_signature_wanted(base, name, method, wanted):
    with pytest.raises(HookError) as refused:
        type("Mine", (base,), {name: method})
    assert f"must be written as `{wanted}`" in str(refused.value)


def test_compiled_and_decorated_hooks_are_allowed():
    class Mine(PointsModel):
        @tf.function
        def _loss(self, inputs, targets, outputs):
            return super()._loss(inputs, targets, outputs)

    assert Mine(PointsModelParams()) is not None


def test_a_graph_that_reads_self_underscore_params_is_refused_before_it_is_built():
    class Mine(GraphBase[PointsModelParams]):
        def __init__(self, params, **kwargs):
            super().__init__(params, **kwargs)
            self.dense = keras.layers.Dense(self._params.units)

    with pytest.raises(HookError, match=r"Mine reads self\._params .*: the parameters are self\.params"):
        Mine(PointsModelParams())


def test_a_model_whose_constructor_takes_more_than_its_params_is_refused():
    class Mine(PointsModel):
        def __init__(self, params, codec):
            super().__init__(params)

    class MineParams(PointsModelParams):
        def cls(self):
            return Mine

    with pytest.raises(HookError, match=r"Mine\.__init__ .*missing a required argument: 'codec'"):
        MineParams.create(PointsModelParams.__new__(MineParams))
