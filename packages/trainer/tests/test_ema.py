import json

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.bundle.weights import read_weights
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import RunFolder
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.step.ema import ExponentialMovingAverage
from tfaip.trainer.step.training_state import TrainingState


def train(params):
    return PointsScenario.create_trainer(params).train()


def logs_of(params) -> list[dict]:
    return [json.loads(line) for line in RunFolder(params.output_dir).metrics.read_text().splitlines()]


def a_network(params):
    keras.utils.set_random_seed(3)
    return TrainingState(PointsScenario(params.scenario), params)


def batches(count, size=10):
    random = np.random.default_rng(0)
    for _ in range(count):
        points = random.normal(size=(size, 2)).astype(np.float32)
        yield {"point": tf.constant(points)}, {"direction": tf.constant(random.integers(0, 3, (size, 1)))}


def arrays(variables) -> list[np.ndarray]:
    return [np.array(variable.numpy()) for variable in variables]


@pytest.mark.parametrize("decay", [0.9, -1])
def test_the_average_follows_its_formula(points_params, decay):
    network = a_network(points_params(None, ema_decay=decay))
    network.step.start_epoch(0, 1000)
    expected = arrays(network.graph.weights)
    d = 0.9 if decay > 0 else 0.75 ** (10 / 1000)  # 0.9971, between the limits
    for inputs, targets in batches(20):
        network.step(inputs, targets)
        expected = [d * old + (1 - d) * new for old, new in zip(expected, arrays(network.graph.weights), strict=True)]
    for average, value in zip(network.variables["average"], expected, strict=True):
        np.testing.assert_allclose(average.numpy(), value, rtol=1e-5, atol=1e-7)


@pytest.mark.parametrize(
    ("samples", "samples_per_epoch", "decay"),
    [(16, 10, 0.99), (16, 100, 0.99), (16, 1000, 0.75**0.016), (16, 60000, 0.99975)],
)
def test_the_dynamic_decay_keeps_three_quarters_over_an_epoch_within_limits(samples, samples_per_epoch, decay):
    average = ExponentialMovingAverage([], -1)
    found = average.decay(tf.constant(samples, tf.int64), tf.constant(samples_per_epoch, tf.int64))
    assert float(found) == pytest.approx(decay)


@pytest.mark.takes_long
def test_in_a_first_epoch_of_unknown_length_the_decay_grows_with_the_samples_seen(points_params):
    network = a_network(points_params(None, ema_decay=-1))
    network.step.start_epoch(0, None)
    seen = []
    network._average.update = lambda decay: seen.append(float(decay))
    for inputs, targets in batches(200):
        network.step(inputs, targets)
    assert seen[0] == pytest.approx(0.99)
    assert seen[-1] == pytest.approx(0.75 ** (10 / 2000))


def test_weights_are_the_same_bit_by_bit_after_the_average_took_their_place(points_params):
    network = a_network(points_params(None, ema_decay=0.9))
    for inputs, targets in batches(3):
        network.step(inputs, targets)
    raw, average = arrays(network.graph.weights), arrays(network.variables["average"])
    with network.averaged_weights(), network.averaged_weights():
        for weight, expected in zip(network.graph.weights, average, strict=True):
            np.testing.assert_array_equal(weight.numpy(), expected)
    for weight, expected in zip(network.graph.weights, raw, strict=True):
        np.testing.assert_array_equal(weight.numpy(), expected)
    for variable, expected in zip(network.variables["average"], average, strict=True):
        np.testing.assert_array_equal(variable.numpy(), expected)


def test_after_loading_weights_the_average_begins_with_them(points_params):
    network = a_network(points_params(None, ema_decay=0.9))
    for weight in network.graph.weights:
        weight.assign(weight + 1.0)
    network.restart_average()
    for average, weight in zip(network.variables["average"], network.graph.weights, strict=True):
        np.testing.assert_array_equal(average.numpy(), weight.numpy())


def test_the_average_is_validated_exported_and_in_the_checkpoint_but_never_trained_on(points_params):
    plain, averaged = points_params("plain"), points_params("averaged", ema_decay=0.5)
    train(plain)
    train(averaged)
    for line, other in zip(logs_of(plain), logs_of(averaged), strict=True):
        assert {n: v for n, v in line.items() if n in ("loss", "acc", "lr")} == {
            n: v for n, v in other.items() if n in ("loss", "acc", "lr")
        }
        assert line["val_loss"] != other["val_loss"]
    raw = read_weights(RunFolder(plain.output_dir).export / "weights.h5")
    exported = read_weights(RunFolder(averaged.output_dir).export / "weights.h5")
    network = a_network(averaged)
    Checkpoints(RunFolder(averaged.output_dir).checkpoint).newest().restore(network.variables)
    for weight, average in zip(network.graph.weights, network.variables["average"], strict=True):
        np.testing.assert_array_equal(weight.numpy(), raw[weight.path])
        np.testing.assert_array_equal(average.numpy(), exported[weight.path])
        assert not np.array_equal(weight.numpy(), average.numpy())


@pytest.mark.takes_long
def test_a_resumed_run_has_the_average_of_one_that_never_stopped(points_params):
    whole, parts = points_params("whole", ema_decay=-1), points_params("parts", ema_decay=-1, epochs=1)
    train(whole)
    train(parts)
    parts.epochs = 3
    PointsScenario.create_trainer(parts).resume()
    networks = [a_network(whole), a_network(whole)]
    for network, params in zip(networks, (whole, parts), strict=True):
        Checkpoints(RunFolder(params.output_dir).checkpoint).newest().restore(network.variables)
    for name, variables in networks[0].variables.items():
        for one, other in zip(variables, networks[1].variables[name], strict=True):
            np.testing.assert_array_equal(one.numpy(), other.numpy(), err_msg=one.path)


def test_a_decay_of_one_is_refused(points_params):
    with pytest.raises(ValueError, match="'ema_decay' must be < 1"):
        points_params(ema_decay=1.0)
