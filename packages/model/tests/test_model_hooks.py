"""Each hook that changes what is trained or measured, on a model that trains."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tfaip.model import MetricDefinition
from tfaip.model.model_metrics import build_metrics
from tfaip.model.testing.points.data import PointsGenerator
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsGeneratorParams, PointsModelParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.model.testing.sequences.scenario import SequencesScenario
from tfaip.pipeline import PipelineMode

DATA = PointsScenario(PointsScenario.default_params()).data


def points() -> tuple[dict, dict]:
    generator = PointsGenerator(PipelineMode.TRAINING, PointsGeneratorParams())
    samples = [generator[index] for index in range(len(generator))]
    return (
        {"point": tf.constant(np.stack([sample.inputs["point"] for sample in samples]))},
        {"direction": tf.constant(np.stack([sample.targets["direction"] for sample in samples]))},
    )


def trained(model, steps=60):
    """Train on all points at once, by hand, and return the graph and the metrics of training and validation."""
    keras.utils.set_random_seed(1)
    graph = model.build_graph(DATA)
    train_metrics, val_metrics = build_metrics(model, graph, DATA)
    optimizer = keras.optimizers.Adam(0.05)
    inputs, targets = points()

    @tf.function(autograph=False)
    def step():
        with tf.GradientTape() as tape:
            done = model.forward(graph, inputs, targets, training=True)
            loss = train_metrics.weighted_sum(done.losses)
        variables = graph.trainable_variables
        optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)

    optimizer.build(graph.trainable_variables)
    for _ in range(steps):
        step()
    done = model.forward(graph, inputs, targets, training=False)
    for metrics in (train_metrics, val_metrics):
        metrics.update(inputs, *done)
    return graph, train_metrics, val_metrics


def accuracy_by_direction(graph) -> list[float]:
    inputs, targets = points()
    hits = np.equal(graph.prediction_outputs(inputs)["class"], targets["direction"][:, 0])
    return [hits[targets["direction"][:, 0].numpy() == direction].mean() for direction in range(3)]


def test_without_hooks_all_directions_are_learnt():
    graph, _, val_metrics = trained(PointsModel(PointsModelParams()))
    assert min(accuracy_by_direction(graph)) > 0.9
    assert val_metrics.result()["acc"] > 0.9


class IgnoresNorth(PointsModel):
    def _sample_weights(self, inputs, targets):
        weights = ops.cast(ops.squeeze(targets["direction"], -1) != 0, "float32")
        return {"ce": weights, "acc": weights}


def test_samples_of_no_weight_are_not_learnt_and_not_measured():
    graph, _, val_metrics = trained(IgnoresNorth(PointsModelParams()))
    north, *others = accuracy_by_direction(graph)
    assert north == 0
    assert min(others) > 0.9
    directions = points()[1]["direction"].numpy()
    share = [np.mean(directions == direction) for direction in (1, 2)]
    assert val_metrics.result()["acc"] == pytest.approx(np.average(others, weights=share))


def test_a_weighted_loss_is_the_mean_of_weight_times_loss():
    class Weighs(PointsModel):
        def _loss(self, inputs, targets, outputs):
            return {"a": tf.constant([1.0, 2.0, 3.0]), "b": tf.constant([1.0, 2.0, 3.0])}

        def _sample_weights(self, inputs, targets):
            return {"a": tf.constant([2, 0, 1])}

    losses = Weighs(PointsModelParams()).losses({}, {}, {})
    assert [float(losses["a"]), float(losses["b"])] == pytest.approx([5 / 3, 2])


def test_a_mean_of_a_batch_cannot_be_weighted():
    class Mean(IgnoresNorth):
        def _loss(self, *args):
            return {"ce": ops.mean(super()._loss(*args)["ce"])}

    with pytest.raises(TypeError, match=r"Mean\._loss must return one value a sample, .* for 'ce', because _sample_w"):
        trained(Mean(PointsModelParams()), steps=0)


class Rotates(PointsModel):
    """Asks for the direction after the true one."""

    def _pre_proc_targets(self, inputs, targets):
        return {"direction": (targets["direction"] + 1) % 3}


def test_the_graph_learns_the_targets_as_they_were_processed():
    graph, _, val_metrics = trained(Rotates(PointsModelParams()))
    assert max(accuracy_by_direction(graph)) < 0.1
    assert val_metrics.result()["acc"] > 0.9


def test_targets_may_depend_on_the_outputs():
    class SelfTaught(PointsModel):
        def _post_proc_targets(self, inputs, targets, outputs):
            return {**targets, "own": outputs["class"]}

        def _metric(self):
            return {"own": MetricDefinition("own", "pred", keras.metrics.SparseCategoricalAccuracy())}

    _, _, val_metrics = trained(SelfTaught(PointsModelParams()), steps=0)
    assert val_metrics.result()["own"] == 1.0


@pytest.mark.parametrize("hook", ["_pre_proc_targets", "_post_proc_targets", "_sample_weights"])
def test_a_hook_that_returns_no_dict_is_named(hook):
    model = PointsModel(PointsModelParams())
    setattr(model, hook, lambda *_: None)
    with pytest.raises(TypeError, match=rf"PointsModel\.{hook} must return a dict of named tensors, got None"):
        trained(model, steps=0)


class ManyMetrics(PointsModel):
    def _metric(self):
        def one_hot(inputs, targets, outputs):
            return ops.one_hot(ops.squeeze(targets["direction"], -1), 3)

        return {
            **super()._metric(),
            "auc": MetricDefinition(one_hot, "pred", keras.metrics.AUC()),
            "f1": MetricDefinition(one_hot, "pred", keras.metrics.F1Score(average="macro")),
            "f1s": MetricDefinition(one_hot, "pred", keras.metrics.F1Score()),
            "multi": MetricDefinition(one_hot, "pred", keras.metrics.AUC(multi_label=True, num_labels=3)),
        }


def test_any_metric_of_keras_works_and_only_numbers_are_logs():
    _, train_metrics, val_metrics = trained(ManyMetrics(PointsModelParams()))
    assert train_metrics.names == val_metrics.names == ["loss", "ce", "acc", "auc", "f1", "multi"]
    assert min(value for name, value in val_metrics.result().items() if name not in ("loss", "ce")) > 0.9
    summaries = val_metrics.summaries()
    assert list(summaries) == ["f1s"]
    assert summaries["f1s"].shape == (3,)
    assert np.mean(summaries["f1s"]) == pytest.approx(val_metrics.result()["f1"])


def test_all_variables_of_metrics_are_there_before_the_first_batch():
    model = ManyMetrics(PointsModelParams())
    graph = model.build_graph(DATA)
    train_metrics, _ = build_metrics(model, graph, DATA)
    before = [variable.path for variable in train_metrics.variables]
    inputs, targets = points()
    train_metrics.update(inputs, *model.forward(graph, inputs, targets, training=False))
    assert [variable.path for variable in train_metrics.variables] == before
    train_metrics.reset()
    assert all(not np.any(variable) for variable in train_metrics.variables)


def test_metrics_of_the_prediction_are_measured_in_validation_only():
    scenario = SequencesScenario(SequencesScenario.default_params())
    model = scenario.create_model()
    train_metrics, val_metrics = build_metrics(model, model.build_graph(scenario.data), scenario.data)
    assert train_metrics.names == ["loss", "ce", "acc"]
    assert val_metrics.names == ["loss", "ce", "acc", "decoded_acc"]


def test_two_layers_of_one_name_are_refused_before_training():
    class Twins(PointsModel):
        def create_graph(self, params):
            graph = super().create_graph(params)
            graph.logits = keras.layers.Dense(3, name="hidden")
            return graph

    with pytest.raises(ValueError, match="each variable must have a path of its own, .* points/hidden/kernel"):
        Twins(PointsModelParams()).build_graph(DATA)
