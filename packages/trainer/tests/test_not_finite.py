import re

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.testing.points.data import PointsGenerator
from tfaip.model.testing.points.model import PointsGraph, PointsModel
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import UserError
from tfaip.trainer import TrainingError
from tfaip.trainer.step.not_finite import not_finite_error
from tfaip.trainer.step.training_state import TrainingState

BATCH = (
    {"point": tf.constant(np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2))},
    {"direction": tf.constant([[0], [1], [2], [0]], tf.int64)},
)
METAS = [{"id": name} for name in "abcd"]


def a_network(params):
    keras.utils.set_random_seed(3)
    return TrainingState(PointsScenario(params.scenario), params)


def message(network, batch=BATCH):
    return str(not_finite_error(network, 7, *batch, METAS))


@pytest.mark.parametrize("eager", [False, True])
@pytest.mark.parametrize("accumulated", [1, 2])
def test_a_training_stops_at_once_and_names_step_samples_and_cause(points_params, monkeypatch, eager, accumulated):
    original = PointsGenerator.__getitem__

    def broken(self, index):
        sample = original(self, index)
        return sample.new_inputs({"point": sample.inputs["point"] * np.nan}) if index == 17 else sample

    monkeypatch.setattr(PointsGenerator, "__getitem__", broken)
    params = points_params(None, force_eager=eager, train_accum_steps=accumulated, samples_per_epoch=1000)
    with pytest.raises(TrainingError) as error:
        PointsScenario.create_trainer(params).train()
    assert isinstance(error.value, UserError)
    found = re.match(
        r"the loss must be finite, but it, or a gradient, was not in step ([1-5]): the input 'point' of the batch "
        r"is not finite; in the samples {'index': 17}\n",
        str(error.value),
    )
    assert found, str(error.value)


def test_a_step_that_is_not_finite_leaves_the_weights(points_params):
    network = a_network(points_params(None))
    before = [weight.numpy() for weight in network.graph.weights]
    assert not bool(network.step({"point": BATCH[0]["point"] * np.nan}, BATCH[1]))
    for weight, value in zip(network.graph.weights, before, strict=True):
        np.testing.assert_array_equal(weight.numpy(), value)
    assert network.step.steps == 0
    assert bool(network.step(*BATCH))
    assert network.step.steps == 1


def test_it_can_be_asked_to_go_on_regardless(points_params):
    network = a_network(points_params(None, stop_on_nan=False))
    assert network.step({"point": BATCH[0]["point"] * np.nan}, BATCH[1]) is None
    assert not np.all(np.isfinite(network.graph.weights[0].numpy()))


def test_the_first_layer_that_is_not_finite_is_named_with_its_samples(points_params):
    network = a_network(points_params(None))
    activation = network.graph.hidden.activation
    network.graph.hidden.activation = lambda x: activation(x) / tf.constant([[1.0], [0.0], [1.0], [0.0]])
    text = message(network)
    assert "in step 7: the first layer that is not finite is points/hidden; in the samples {'id': 'b'}" in text


def test_what_happens_between_layers_is_told_from_layers(points_params, monkeypatch):
    def call(self, inputs, training=None):
        hidden = tf.math.log(self.hidden(inputs["point"]) * 0.0 - 1.0)
        logits = self.logits(hidden)
        return {"logits": logits, "pred": logits, "class": tf.argmax(logits, axis=-1)}

    network = a_network(points_params(None))
    monkeypatch.setattr(PointsGraph, "call", call)
    expected = "what is handed to the layer points/logits is not finite, though no layer before it is not"
    assert expected in message(network)


def test_a_loss_is_named(points_params, monkeypatch):
    monkeypatch.setattr(PointsModel, "_loss", lambda self, i, t, outputs: {"odd": outputs["logits"][:, 0] * np.inf})
    network = a_network(points_params(None))
    text = message(network)
    assert "all layers are finite, but the loss 'odd' is not; samples of the batch: {'id': 'a'}, {'id': 'b'}" in text


def test_a_gradient_is_named_and_its_update_left_out(points_params, monkeypatch):
    def loss(self, inputs, targets, outputs):
        return {"root": tf.sqrt(tf.nn.relu(outputs["logits"][:, 0] * 0.0))}

    monkeypatch.setattr(PointsModel, "_loss", loss)
    network = a_network(points_params(None))
    assert not bool(network.step(*BATCH))
    assert "the loss is finite, but the gradient of points/hidden/kernel is not" in message(network)


def test_weights_that_were_not_finite_are_named(points_params):
    network = a_network(points_params(None))
    network.graph.logits.kernel.assign(network.graph.logits.kernel * np.nan)
    assert "the weight points/logits/kernel was not finite before the step" in message(network)


def test_chance_is_named_where_the_batch_is_finite_now(points_params):
    assert "computed again, the batch was finite" in message(a_network(points_params(None)))


def test_looking_for_the_cause_leaves_the_layers_as_they_were(points_params):
    network = a_network(points_params(None))
    message(network)
    assert all("call" not in vars(layer) for layer in (network.graph, network.graph.hidden, network.graph.logits))
