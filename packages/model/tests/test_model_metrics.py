import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model import MetricDefinition, ModelMetrics, mean_by_sample
from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.params import PointsModelParams


class TwoLosses(PointsModel):
    def _loss_weights(self):
        return {"b": 10.0}

    def _metric(self):
        return {"mean": MetricDefinition("y", "z", keras.metrics.MeanAbsoluteError())}


def update(metrics, size, a, b):
    batch = {"point": np.zeros((size, 2), np.float32)}
    return metrics.update(
        batch, {"y": np.zeros((size, 1))}, {"z": np.full((size, 1), a)}, {"a": np.float32(a), "b": np.float32(b)}
    )


def test_losses_are_weighted_by_the_size_of_their_batch_and_by_their_weight():
    metrics = ModelMetrics(TwoLosses(PointsModelParams()), ["a", "b"])
    assert float(update(metrics, 3, 1.0, 2.0)) == 21.0
    update(metrics, 1, 5.0, 4.0)
    assert metrics.result() == pytest.approx({"loss": (3 * 21 + 45) / 4, "a": 2.0, "b": 2.5, "mean": 2.0})


def test_a_single_loss_keeps_its_own_name_beside_the_weighted_sum():
    class Weighted(PointsModel):
        def _loss_weights(self):
            return {"ce": 4.0}

    metrics = ModelMetrics(Weighted(PointsModelParams()), ["ce"])
    inputs, targets = {"point": tf.zeros((3, 2))}, {"direction": tf.zeros((3, 1), tf.int64)}
    metrics.update(inputs, targets, {"pred": tf.constant([[1.0, 0.0, 0.0]] * 3)}, {"ce": tf.constant(0.5)})
    assert metrics.result() == pytest.approx({"loss": 2.0, "ce": 0.5, "acc": 1.0})
    assert list(metrics.result()) == metrics.names


@pytest.mark.parametrize("name", ["loss", "acc"])
def test_a_single_loss_with_the_name_of_a_log_is_logged_as_the_sum_alone(name):
    assert ModelMetrics(PointsModel(PointsModelParams()), [name]).names == ["loss", "acc"]


def test_a_reset_forgets_everything():
    metrics = ModelMetrics(TwoLosses(PointsModelParams()), ["a", "b"])
    update(metrics, 3, 1.0, 2.0)
    metrics.reset()
    update(metrics, 1, 5.0, 4.0)
    assert metrics.result()["a"] == 5.0


def test_losses_and_metrics_of_one_name_are_refused():
    class Clash(TwoLosses):
        def _metric(self):
            return {"a": MetricDefinition("y", "z", keras.metrics.Mean())}

    with pytest.raises(ValueError, match=r"must have names of their own.*losses \['a', 'b'\] and the metrics \['a'\]"):
        ModelMetrics(Clash(PointsModelParams()), ["a", "b"])


def updated(definition, *batches):
    for inputs, targets, outputs in batches:
        definition.metric.update_state(*definition.sides(inputs, targets, outputs))
    return float(definition.metric.result())


def batch(values, **targets):
    return {}, {name: np.asarray(value) for name, value in targets.items()}, {"z": np.asarray(values)}


def test_a_mean_counts_each_value_once_whatever_the_size_of_its_batch():
    assert updated(MetricDefinition.mean("z"), batch([1.0, 2.0, 3.0]), batch([10.0])) == 4.0
    assert (
        updated(MetricDefinition.mean(lambda inputs, targets, outputs: outputs["z"] > 1), batch([1, 2, 3, 4])) == 0.75
    )


def test_the_mean_of_a_sample_leaves_padding_out():
    values = tf.constant([[1.0, 3.0, np.inf], [2.0, 4.0, 6.0], [1.0, 1.0, 1.0]])
    mask = tf.constant([[True, True, False], [True, True, True], [False, False, False]])
    assert mean_by_sample(values, mask).numpy().tolist() == [2.0, 4.0, 0.0]


def test_the_mean_of_a_sample_divides_by_the_sum_of_its_weights():
    assert mean_by_sample(tf.constant([[1.0, 4.0]]), tf.constant([[3, 1]])).numpy().tolist() == [1.75]


def test_weights_of_steps_weigh_all_values_of_a_step():
    values = tf.constant([[[1.0, 3.0], [9.0, 9.0]]])
    assert mean_by_sample(values, tf.constant([[1.0, 0.0]])).numpy().tolist() == [2.0]


def test_a_weighted_mean_divides_by_the_sum_of_its_weights():
    masked = MetricDefinition.mean("z", lambda inputs, targets, outputs: targets["mask"])
    padded = batch([[1.0, 2.0], [3.0, 99.0]], mask=[[True, True], [True, False]])
    assert updated(masked, padded) == 2.0
    by_sample = MetricDefinition.mean("z", lambda inputs, targets, outputs: targets["weight"])
    assert updated(by_sample, batch([[1.0, 3.0], [4.0, 8.0]], weight=[3, 1])) == pytest.approx((3 * 4 + 12) / 8)


def test_weights_of_samples_multiply_the_weights_of_a_mean():
    metric = MetricDefinition.mean("z").metric
    metric.update_state(np.array([1.0, 5.0]), np.array([1.0, 2.0]), sample_weight=np.array([4.0, 1.0]))
    assert float(metric.result()) == pytest.approx((4 * 1 + 2 * 5) / 6)


def test_a_mean_takes_values_of_unknown_rank():
    metric = MetricDefinition.mean("z").metric
    compiled = tf.function(lambda values: metric.update_state(values, None), autograph=False)
    compiled.get_concrete_function(tf.TensorSpec(None, "float32"))(tf.constant([[1.0, 2.0], [3.0, 6.0]]))
    assert float(metric.result()) == 3.0
