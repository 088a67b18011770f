import keras
import numpy as np
import pytest

from tfaip.model import GraphBase, MetricDefinition, ModelBase
from tfaip.model.model_definition_error import ModelDefinitionError
from tfaip.model.model_params import ModelBaseParams
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.model.testing.points.scenario import PointsScenario


class Model(PointsModel):
    """The points' model with hooks that a test replaces."""

    def __init__(self, **hooks):
        super().__init__(PointsModelParams())
        for name, value in hooks.items():
            setattr(self, name, lambda *_, value=value: value)


BATCH = ({"point": np.zeros((4, 2), np.float32)}, {}, {})


@pytest.mark.parametrize("loss", [np.float32(2), np.full(4, 2, np.float32), np.full((4, 1), 2, np.float32)])
def test_a_loss_may_be_a_mean_or_one_value_a_sample(loss):
    assert float(Model(_loss={"l": loss}).losses(*BATCH)["l"]) == 2.0


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ({}, r"Model._loss must return a dict of named losses, got \{\}"),
        (np.float32(1), "Model._loss must return a dict of named losses, got"),
        ({"l": np.int64(1)}, "Model._loss must return floating-point losses, got int64 for 'l'"),
        (
            {"l": np.zeros((4, 2), np.float32)},
            r"losses of shape \(\) or \(batch,\), got \(4, 2\) for 'l': take the mean over the other axes",
        ),
    ],
)
def test_a_wrong_loss_names_hook_rule_and_value(loss, message):
    with pytest.raises(TypeError, match=message):
        Model(_loss=loss).losses(*BATCH)


@pytest.mark.parametrize(
    ("hook", "value", "call", "message"),
    [
        ("_metric", [1], "metrics", "Model._metric must return a dict of MetricDefinitions by name, got a list: [1]"),
        ("_metric", None, "metrics", "by name, got None: is its `return` missing?"),
        ("_loss_weights", 0.5, "loss_weights", "_loss_weights must return a dict of numbers by the names of losses"),
        ("_loss_weights", {"a": "0.5"}, "loss_weights", "got a dict: {'a': '0.5'}"),
        ("_export_graphs", None, "export_graphs", "Model._export_graphs must return a dict of named tensors by the"),
        ("_export_graphs", {"default": 3}, "export_graphs", "got a dict: {'default': 3}"),
        ("_loss", None, "losses", "Model._loss must return a dict of named losses, got None"),
        ("_loss", {"l": keras.losses.MeanSquaredError()}, "losses", "an uncalled loss for 'l': call MeanSquaredError"),
        ("_loss", {"l": keras.losses.mean_squared_error}, "losses", "an uncalled loss for 'l': call the function"),
        ("_loss", {"l": None}, "losses", "Model._loss must return tensors, got None"),
        ("_best_logging_settings", None, "best_logging_settings", "got None"),
    ],
)
def test_a_wrong_result_of_a_hook_is_one_sentence(hook, value, call, message):
    arguments = {"metrics": (), "best_logging_settings": (), "loss_weights": (["a"],), "export_graphs": ({}, {})}
    with pytest.raises(ModelDefinitionError) as caught:
        getattr(Model(**{hook: value}), call)(*arguments.get(call, BATCH))
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("graph", "got"), [(None, "got None"), (GraphBase, "got the class GraphBase, of which no object")]
)
def test_create_graph_must_return_a_graph(graph, got):
    with pytest.raises(ModelDefinitionError, match=rf"Model\.create_graph must return a graph, {got}"):
        Model(create_graph=graph).build_graph(None)


def test_missing_loss_weights_are_one():
    assert Model(_loss_weights={"a": 0.5}).loss_weights(["a", "b"]) == {"a": 0.5, "b": 1.0}


def test_a_weight_without_loss_is_refused():
    with pytest.raises(ValueError, match=r"must weigh losses of _loss \(a\), got \['b'\]"):
        Model(_loss_weights={"b": 1.0}).loss_weights(["a"])


def test_a_metric_must_be_a_definition():
    with pytest.raises(TypeError, match="must return MetricDefinitions by name, got 3 for 'acc'"):
        Model(_metric={"acc": 3}).metrics()


@pytest.mark.parametrize(
    ("logs", "found"), [(["loss", "acc"], "acc"), (["loss", "acc", "val_loss", "val_acc"], "val_acc")]
)
def test_the_best_model_goes_by_validation_where_there_is_one(logs, found):
    assert Model(_best_logging_settings=("max", "acc")).best_log(logs) == ("max", found)


def test_an_unknown_log_for_the_best_model_names_those_there_are():
    with pytest.raises(ValueError, match="must name one of the logs loss, val_loss; got 'accuracy'"):
        Model(_best_logging_settings=("max", "accuracy")).best_log(["loss", "val_loss"])


def test_an_unknown_mode_for_the_best_model_is_refused():
    with pytest.raises(ValueError, match='must return "min" or "max" first, got \'highest\''):
        Model(_best_logging_settings=("highest", "loss")).best_log(["loss"])


@pytest.mark.parametrize("graphs", [1, 2])
def test_a_scalar_output_is_refused_before_a_training_begins(monkeypatch, graphs):
    def with_scalar(self, inputs, training=None):
        logits = self.logits(self.hidden(inputs["point"]))
        return {"logits": logits, "spread": keras.ops.std(logits)}

    if graphs == 1:
        monkeypatch.setattr(PointsGraph, "call", with_scalar)
    else:
        monkeypatch.setattr(PointsGraph, "build_prediction_graph", with_scalar)
    model, data = Model(), PointsScenario(PointsScenario.default_params()).data
    with pytest.raises(ModelDefinitionError, match="PointsGraph must return one .* a scalar for the output 'spread'"):
        model.build_graph(data)


def test_a_scalar_for_the_loss_alone_is_accepted(monkeypatch):
    def for_training(self, inputs, targets, training=None):
        outputs = self._call(inputs, training)
        return {**outputs, "spread": keras.ops.std(outputs["logits"])}

    monkeypatch.setattr(PointsGraph, "build_train_graph", for_training)
    graph = Model().build_graph(PointsScenario(PointsScenario.default_params()).data)
    assert "spread" in graph.training_outputs(*BATCH[:2], training=True)


def test_an_export_needs_a_default_graph():
    with pytest.raises(ValueError, match=r"must return a graph labelled 'default', got \['other'\]"):
        Model(_export_graphs={"other": {}}).export_graphs({}, {})


def test_params_that_make_no_model_are_abstract():
    with pytest.raises(TypeError, match="Can't instantiate abstract class ModelBaseParams .*cls"):
        ModelBaseParams()


def test_without_hooks_there_are_no_metrics_and_the_loss_is_minimised():
    class Plain(ModelBase):
        def create_graph(self, params):
            raise AssertionError

        def _loss(self, inputs, targets, outputs):
            raise AssertionError

    model = Plain(PointsModelParams())
    assert model.metrics() == {}
    assert model.best_log(["loss", "val_loss"]) == ("min", "val_loss")


def test_a_side_of_a_metric_may_be_computed():
    definition = MetricDefinition("y", lambda inputs, targets, outputs: outputs["z"] * 2, None)
    assert definition.sides({}, {"y": 1}, {"z": 3}) == (1, 6)


def test_a_side_that_is_not_there_names_those_that_are():
    with pytest.raises(KeyError, match=r"the target of a MetricDefinition in _metric must be one of \['y'\], got 'gt'"):
        MetricDefinition("gt", "z", None).sides({}, {"y": 1}, {"z": 3})
