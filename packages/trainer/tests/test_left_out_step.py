"""A step that is left out changes no weight, whoever assigns it; counts and random states go on."""

from functools import partial

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.testing.points.model import PointsGraph
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.loop.deferred_update_loop import DeferredUpdateLoop
from tfaip.trainer.step.not_finite import not_finite_error
from tfaip.trainer.step.training_state import TrainingState

GO_ON = ("seed_generator_state", "samples", "steps", "dynamic_scale", "step_counter")
POINTS = np.linspace(-1, 1, 8, dtype=np.float32).reshape(4, 2)
BATCH = ({"point": tf.constant(POINTS)}, {"direction": tf.constant([[0], [1], [2], [0]], tf.int64)})


class Remembering(keras.layers.Layer):
    """Assigns weights of several kinds in its forward pass, some of them in functions of its own."""

    def __init__(self):
        super().__init__(name="remembering", dtype="float32")

    def build(self, shape):
        def weight(name, dtype="float32"):
            return self.add_weight(shape=(), initializer="zeros", name=name, dtype=dtype, trainable=False)

        self.largest, self.batches = weight("largest"), weight("batches", "int64")
        self.in_function, self.in_condition = weight("in_function"), weight("in_condition")
        self.only_read = weight("only_read")
        self.tracker = keras.metrics.Mean(name="tracker")

    def call(self, x):
        mean = tf.reduce_mean(tf.cast(x, tf.float32)) + self.only_read
        self.largest.assign(tf.maximum(self.largest.value, mean))
        self.batches.assign_add(1)
        self.tracker.update_state(mean)
        tf.function(lambda: self.in_function.assign_add(mean), autograph=False)()
        tf.cond(mean < 1e9, lambda: self.in_condition.assign(mean), lambda: self.in_condition.assign(-mean))
        return x


@pytest.fixture(autouse=True)
def remembering_graph(monkeypatch):
    """Let the points' graph normalise batches, remember things, and assign a weight that is trained."""
    make, call = PointsGraph.__init__, PointsGraph.call

    def init(self, *args, **kwargs):
        make(self, *args, **kwargs)
        self.norm, self.remembering = keras.layers.BatchNormalization(name="norm"), Remembering()
        self.spectral = keras.layers.SpectralNormalization(keras.layers.Dense(2, name="inside"), name="spectral")

    def normalised(self, inputs, training=None):
        x = self.remembering(self.norm(inputs["point"], training=training))
        return call(self, {"point": self.spectral(x, training=training)}, training=training)

    monkeypatch.setattr(PointsGraph, "__init__", init)
    monkeypatch.setattr(PointsGraph, "call", normalised)


def a_network(params):
    keras.utils.set_random_seed(3)
    params.scenario.model.dropout = 0.3
    network = TrainingState(PointsScenario(params.scenario), params)
    network.step.start_epoch(0, 100)
    return network


def values_of(network):
    variables = network.variables
    del variables["metrics"]
    # Keras numbers the optimizers of a process, so that a whole path is that of one network only.
    return {
        f"{group} {number} {v.path.partition('/')[2] or v.path}": v.numpy()
        for group, vs in variables.items()
        for number, v in enumerate(vs)
    }


def remembered(network):
    return int(network.graph.remembering.batches.numpy())


def assert_nothing_changed(network, before, *, but=GO_ON):
    after = values_of(network)
    changed = [name for name in before if not np.array_equal(before[name], after[name], equal_nan=True)]
    assert {name for name in changed if not name.endswith(but)} == set()
    return {name.rpartition("/")[2].rpartition(" ")[2] for name in changed}


def batches(bad):
    """Two batches, then one of `bad` points."""

    def generate():
        for points in (POINTS, POINTS + 0.1, bad):
            yield {"point": points}, {"direction": np.array([[0], [1], [2], [0]])}, False

    signature = (
        {"point": tf.TensorSpec((None, 2), tf.float32)},
        {"direction": tf.TensorSpec((None, 1), tf.int64)},
        tf.TensorSpec((), tf.bool),
    )
    return iter(tf.data.Dataset.from_generator(generate, output_signature=signature))


LOOPS = {"plain": CompiledLoop, "eager": partial(CompiledLoop, eager=True), "deferred": DeferredUpdateLoop}


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("accumulated", [1, 4])
def test_a_batch_that_is_not_finite_changes_no_weight_average_slot_or_sum(points_params, loop, accumulated):
    network = a_network(points_params(None, ema_decay=0.9, train_accum_steps=accumulated))
    run, iterator = LOOPS[loop](network.step, steps_per_call=3), batches(POINTS * np.nan)
    assert run(iterator, max_steps=2).finite
    before = values_of(network)
    assert remembered(network) == 2
    call = run(iterator)
    assert (call.steps, call.finite) == (1, False)
    changed = assert_nothing_changed(network, before)
    assert {"samples", "seed_generator_state"} <= changed


@pytest.mark.parametrize("loop", ["plain", "deferred"])
@pytest.mark.takes_long
def test_the_steps_of_one_call_leave_out_the_last_one_only(points_params, loop):
    expected, network = (a_network(points_params(None, ema_decay=0.9)) for _ in range(2))
    LOOPS[loop](expected.step, steps_per_call=2)(batches(POINTS))
    call = LOOPS[loop](network.step, steps_per_call=3)(batches(POINTS * np.nan))
    assert (call.steps, call.finite) == (3, False)
    assert_nothing_changed(network, values_of(expected))


def test_looking_for_the_cause_changes_no_weight(points_params):
    network = a_network(points_params(None))
    before = values_of(network)
    text = str(not_finite_error(network, 7, {"point": BATCH[0]["point"] * np.nan}, BATCH[1], [{}] * 4))
    assert "the input 'point'" in text
    network.graph.logits.kernel.assign(network.graph.logits.kernel * np.inf)
    assert "logits" in str(not_finite_error(network, 7, *BATCH, [{}] * 4))
    assert_nothing_changed(network, before, but=(*GO_ON, "logits/kernel"))


@pytest.mark.parametrize("loop", LOOPS)
@pytest.mark.parametrize("accumulated", [1, 2])
@pytest.mark.parametrize("check", [True, False], ids=["checked", "unchecked"])
@pytest.mark.takes_long
def test_a_step_that_the_scale_of_the_loss_skips_changes_no_weight(points_params, loop, accumulated, check):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        params = points_params(
            None, ema_decay=0.9, train_accum_steps=accumulated, stop_on_nan=check, log_gradients=True
        )
        network = a_network(params)
        if loop == "deferred" and not check:
            loop = "plain"
        run, iterator = LOOPS[loop](network.step, steps_per_call=3), batches(POINTS)
        network.optimizer.dynamic_scale.assign(2.0**8)
        run(iterator, max_steps=1)
        before = values_of(network)
        network.optimizer.dynamic_scale.assign(2.0**40)
        assert run(iterator, max_steps=1).finite
        assert float(network.optimizer.dynamic_scale) == 2.0**39
        assert network.step.steps == 2
        changed = assert_nothing_changed(network, before)
        assert {"samples", "steps", "seed_generator_state"} <= changed
        network.optimizer.dynamic_scale.assign(2.0**8)
        run(iterator, max_steps=1)
        assert remembered(network) == 2
        assert int(network.optimizer.iterations) == 2 // accumulated
        assert all(np.isfinite(norm) for norm in network.gradient_norms.take().values())
    finally:
        keras.config.set_dtype_policy(policy)


def test_a_sum_of_gradients_does_not_depend_on_changes_of_the_scale(points_params):
    policy = keras.config.dtype_policy()
    keras.config.set_dtype_policy("mixed_float16")
    try:
        weights = []
        for second in (2.0**8, 2.0**7):
            network = a_network(points_params(None, train_accum_steps=2))
            for scale in (2.0**8, second):
                network.optimizer.dynamic_scale.assign(scale)
                network.step(*BATCH)
            weights.append([weight.numpy() for weight in network.graph.trainable_weights])
        for one, other in zip(*weights, strict=True):
            np.testing.assert_allclose(one, other, rtol=0, atol=1e-4)
    finally:
        keras.config.set_dtype_policy(policy)
