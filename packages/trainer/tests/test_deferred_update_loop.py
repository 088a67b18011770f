"""A loop that makes each update at the beginning of the next step does what one does that makes it at once."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer.loop.compiled_loop import CompiledLoop
from tfaip.trainer.loop.deferred_update_loop import DeferredUpdateLoop
from tfaip.trainer.loop.training_loop import create_training_loop
from tfaip.trainer.step.train_step import when
from tfaip.trainer.step.training_state import TrainingState

CASES = [{}, {"ema_decay": 0.9}, {"train_accum_steps": 3}]


def values_of(network):
    return {f"{group} {number}": v.numpy() for group, vs in network.variables.items() for number, v in enumerate(vs)}


@pytest.mark.parametrize("changes", CASES, ids=["plain", "averaged", "accumulated"])
@pytest.mark.takes_long
def test_every_variable_is_the_same_bit_by_bit_however_many_steps_a_call_makes(points_params, network_after, changes):
    params = points_params(None, **changes)
    expected = values_of(network_after(params, 30, CompiledLoop))
    for steps_per_call in (1, 2, 7, 30):
        found = values_of(network_after(params, 30, partial(DeferredUpdateLoop, steps_per_call=steps_per_call)))
        assert found.keys() == expected.keys()
        for name, value in expected.items():
            np.testing.assert_array_equal(found[name], value, err_msg=name)


class Numbers:
    """Stands in for a step: adds up what it is given, and is finite up to a negative number."""

    def __init__(self, *, sparse=False):
        self.total = tf.Variable(0.0)
        self.seen = tf.Variable(0.0)
        self.left_out = tf.Variable(0)
        self.sparse = sparse

    def __call__(self, inputs, targets):
        begun, finite = self.begin(inputs, targets)
        when(finite, lambda: self.finish(begun), lambda: self.leave_out(begun))
        return finite

    def begin(self, inputs, targets):
        x = inputs["x"]
        self.seen.assign_add(tf.reduce_sum(tf.abs(x)))
        gradient = tf.IndexedSlices(x, tf.range(tf.shape(x)[0])) if self.sparse else tf.reduce_sum(x)
        return [tf.shape(x, out_type=tf.int64)[0], gradient], tf.reduce_all(x >= 0)

    def finish(self, begun):
        self.total.assign_add(tf.reduce_sum(getattr(begun[1], "values", begun[1])))

    def leave_out(self, begun):
        self.left_out.assign_add(1)


def batches(numbers, ends=(), sizes=None):
    def generate():
        for place, number in enumerate(numbers):
            yield {"x": np.full(sizes[place] if sizes else 2, number, np.float32)}, {}, place in ends

    vector = tf.TensorSpec((None,), tf.float32)
    return iter(
        tf.data.Dataset.from_generator(generate, output_signature=({"x": vector}, {}, tf.TensorSpec((), tf.bool)))
    )


@pytest.mark.parametrize("sparse", [False, True], ids=["dense gradients", "sparse gradients"])
@pytest.mark.parametrize("bad", [0, 1, 3])
def test_a_call_ends_with_the_step_that_is_not_finite_whose_update_is_left_out(sparse, bad):
    numbers = [1, 2, 4, 8, 16]
    numbers[bad] *= -1
    step = Numbers(sparse=sparse)
    call = DeferredUpdateLoop(step, steps_per_call=5)(batches(numbers))
    assert (call.steps, call.samples, call.finite) == (bad + 1, 2 * (bad + 1), False)
    assert float(step.total) == 2 * sum(numbers[:bad])
    assert float(step.seen) == 2 * sum(map(abs, numbers[: bad + 1]))
    assert int(step.left_out) == 1


@pytest.mark.parametrize("sparse", [False, True], ids=["dense gradients", "sparse gradients"])
@pytest.mark.parametrize("end", [0, 2])
def test_a_call_ends_with_the_pass_and_with_its_limits_after_all_updates(sparse, end):
    step = Numbers(sparse=sparse)
    loop, iterator = DeferredUpdateLoop(step, steps_per_call=4), batches([1, 2, 4, 8, 16, 32, 64], ends=[end])
    first = loop(iterator)
    assert (first.steps, first.ended, first.finite) == (end + 1, True, True)
    assert float(step.total) == 2 * (2 ** (end + 1) - 1)
    second = loop(iterator, max_steps=1)
    assert (second.steps, second.ended) == (1, False)
    third = loop(iterator, max_samples=3)
    assert (third.steps, third.samples) == (2, 4)
    assert float(step.total) == 2 * (2 ** (end + 4) - 1)


def test_sparse_gradients_may_have_other_rows_in_each_step():
    step = Numbers(sparse=True)
    call = DeferredUpdateLoop(step, steps_per_call=4)(batches([1, 10, 100, 1000], sizes=[2, 1, 4, 3]))
    assert (call.steps, call.samples) == (4, 10)
    assert float(step.total) == 3412


def test_it_is_chosen_where_steps_are_checked(points_params):
    params = points_params(None)
    network = TrainingState(PointsScenario(params.scenario), params)
    assert type(create_training_loop(network.step, params)) is DeferredUpdateLoop
    params.force_eager = True
    assert type(create_training_loop(network.step, params)) is CompiledLoop
    params = points_params(None, stop_on_nan=False)
    network = TrainingState(PointsScenario(params.scenario), params)
    assert type(create_training_loop(network.step, params)) is CompiledLoop
