import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.testing.points.model import PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer.step.training_state import TrainingState

BATCH = (
    {"point": tf.constant(np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2))},
    {"direction": tf.constant([[0], [1], [2], [0]], tf.int64)},
)


@pytest.fixture(params=["mixed_float16", "mixed_bfloat16"])
def precision(request):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(request.param)
    yield request.param
    keras.config.set_dtype_policy(before)


def a_network(params):
    keras.utils.set_random_seed(3)
    return TrainingState(PointsScenario(params.scenario), params)


def test_losses_metrics_and_weights_are_float32(points_params, precision, monkeypatch):
    seen = {}
    original = PointsModel._loss

    def loss(self, inputs, targets, outputs):
        seen.update({name: value.dtype for name, value in outputs.items()})
        return original(self, inputs, targets, outputs)

    monkeypatch.setattr(PointsModel, "_loss", loss)
    network = a_network(points_params(None))
    assert network.graph.hidden.compute_dtype == precision.removeprefix("mixed_")
    value, gradients = network.step.gradients(*BATCH)
    assert seen["logits"] == seen["pred"] == tf.float32
    assert value.dtype == tf.float32
    assert all(gradient.dtype == tf.float32 for gradient in gradients)
    assert all(variable.dtype == "float32" for variable in network.graph.weights)


def test_only_float16_scales_the_loss(points_params, precision):
    network = a_network(points_params(None))
    assert isinstance(network.optimizer, keras.optimizers.LossScaleOptimizer) == (precision == "mixed_float16")


@pytest.mark.takes_long
def test_a_training_learns_and_resumes_in_half_precision(points_params, precision):
    whole, parts = points_params("whole", ema_decay=0.5), points_params("parts", ema_decay=0.5, epochs=1)
    logs = PointsScenario.create_trainer(whole).train()
    assert logs["loss"] < 1.1
    PointsScenario.create_trainer(parts).train()
    parts.epochs = 3
    assert PointsScenario.create_trainer(parts).resume() == logs


def test_gradients_that_overflow_halve_the_scale_and_leave_the_weights(points_params):
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        network = a_network(points_params(None))
        network.optimizer.dynamic_scale.assign(2.0**40)
        weights = [weight.numpy() for weight in network.graph.weights]
        assert bool(network.step(*BATCH))  # the loss is finite: this is what the scale is for
        assert float(network.optimizer.dynamic_scale) == 2.0**39
        for weight, value in zip(network.graph.weights, weights, strict=True):
            np.testing.assert_array_equal(weight.numpy(), value)
        assert network.step.steps == 1
    finally:
        keras.config.set_dtype_policy(before)
