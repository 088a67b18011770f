import time

import numpy as np
import pytest
import tensorflow as tf

from tfaip.trainer.loop.compiled_loop import CompiledLoop


def endless(batch_sizes: list[int]):
    """Batches of the given sizes, over and over, the last of each round marked."""

    def batches():
        while True:
            for number, size in enumerate(batch_sizes, start=1):
                x = np.full((size, 2), number, np.float32)
                yield {"x": x}, {"y": x[:, 0]}, {}, number == len(batch_sizes)

    vector = tf.TensorSpec((None, 2), tf.float32)
    signature = ({"x": vector}, {"y": tf.TensorSpec((None,), tf.float32)}, {}, tf.TensorSpec((), tf.bool))
    return iter(tf.data.Dataset.from_generator(batches, output_signature=signature))


class Summing:
    def __init__(self):
        self.total = tf.Variable(0.0)

    def __call__(self, inputs, targets):
        self.total.assign_add(tf.reduce_sum(inputs["x"][:, 0] * targets["y"]))


@pytest.mark.parametrize("eager", [False, True])
def test_a_call_makes_the_wanted_steps_and_counts_their_samples(eager):
    step = Summing()
    call = CompiledLoop(step, steps_per_call=2, eager=eager)(endless([3, 2, 1]))
    assert (call.steps, call.samples, call.ended) == (2, 5, False)
    assert float(step.total) == 3 * 1 + 2 * 4


def test_a_call_ends_with_the_pass_even_if_more_steps_were_wanted():
    loop, iterator = CompiledLoop(Summing(), steps_per_call=10), endless([3, 2, 1])
    first, second = loop(iterator), loop(iterator)
    assert (first.steps, first.samples, first.ended) == (3, 6, True)
    assert (second.steps, second.ended) == (3, True)


def test_a_call_ends_once_the_samples_are_reached():
    call = CompiledLoop(Summing(), steps_per_call=10)(endless([3, 2, 1]), max_samples=4)
    assert (call.steps, call.samples, call.ended) == (2, 5, False)


def test_a_call_ends_where_something_else_is_to_be_done():
    loop, iterator = CompiledLoop(Summing(), steps_per_call=10), endless([1] * 9)
    assert [loop(iterator, max_steps=steps).steps for steps in (4, 2, None)] == [4, 2, 3]


def test_the_result_does_not_depend_on_the_steps_per_call():
    totals = []
    for steps_per_call in (1, 2, 5):
        step, iterator = Summing(), endless([4, 3, 2, 2, 1])
        loop = CompiledLoop(step, steps_per_call=steps_per_call)
        while not loop(iterator).ended:
            pass
        totals.append(float(step.total))
    assert len(set(totals)) == 1


@pytest.mark.parametrize("eager", [False, True])
def test_the_time_that_the_data_takes_is_told_from_that_of_the_steps(eager):
    def slow():
        while True:
            time.sleep(0.02)
            yield {"x": np.ones((1, 2), np.float32)}, {"y": np.ones(1, np.float32)}, {}, False

    vector = tf.TensorSpec((None, 2), tf.float32)
    signature = ({"x": vector}, {"y": tf.TensorSpec((None,), tf.float32)}, {}, tf.TensorSpec((), tf.bool))
    data = tf.data.Dataset.from_generator(slow, output_signature=signature)
    call = CompiledLoop(Summing(), steps_per_call=5, eager=eager)(iter(data))
    assert 5 * 0.02 <= call.waited <= call.seconds


def test_the_time_of_the_steps_is_no_waiting():
    def step(inputs, targets):
        tf.numpy_function(lambda: time.sleep(0.05), [], [])

    call = CompiledLoop(step, steps_per_call=5)(endless([1] * 9))
    assert call.waited <= call.seconds - 5 * 0.05
