"""Workers that train together stop together; for real processes see `distributed/`."""

import signal
from types import SimpleNamespace

import numpy as np
import pytest
import tensorflow as tf

from tfaip.trainer.loop.worker_loop import WorkerLoop
from tfaip.trainer.run.share_logs import ShareLogs
from tfaip.trainer.run.stop_signals import StopRequested, StopSignals

TERM, INT = int(signal.SIGTERM), int(signal.SIGINT)


class Twin:
    """Stands in for the strategy of one of two workers; the other one makes no step and adds `told` to sums."""

    workers = 2

    def __init__(self, told=(0, 0, 0), *, is_chief=True):
        self.told = tf.constant(told, tf.int64)
        self.is_chief = is_chief

    def run(self, replica):
        return [result + self.told for result in replica(0)]


class Counting:
    """Stands in for a step: counts the batches."""

    def __init__(self):
        self.steps = tf.Variable(0)

    def with_others(self, inputs, targets, counts, ended):
        self.steps.assign_add(1)
        return tf.constant(2, tf.int64), tf.constant(0), None


def a_call(strategy, own_stop=0):
    def batches():
        while True:
            yield {"x": np.ones(2, np.float32)}, {}, False

    vector = tf.TensorSpec((None,), tf.float32)
    data = tf.data.Dataset.from_generator(batches, output_signature=({"x": vector}, {}, tf.TensorSpec((), tf.bool)))
    step = Counting()
    call = WorkerLoop(step, strategy, lambda: own_stop, steps_per_call=3)(iter(data))
    assert call.steps == int(step.steps)
    return call


@pytest.mark.parametrize(
    ("told", "is_chief"), [((0, 0, 0), True), ((3, 0, 0), False)], ids=["the chief", "another worker"]
)
def test_a_call_makes_the_steps_of_the_chief(told, is_chief):
    call = a_call(Twin(told, is_chief=is_chief))
    assert (call.steps, call.samples, call.stop) == (3, 6, 0)


@pytest.mark.parametrize(
    ("own", "told", "stop"),
    [(TERM, (0, 0, 0), TERM), (INT, (0, 0, 0), INT), (0, (0, 0, 1), TERM), (0, (0, 1, 0), INT), (INT, (0, 0, 1), TERM)],
    ids=["own SIGTERM", "own SIGINT", "the other's SIGTERM", "the other's SIGINT", "both"],
)
def test_a_signal_to_any_worker_is_known_to_all_before_another_step(own, told, stop):
    call = a_call(Twin(told), own)
    assert (call.steps, call.batches, call.stop, call.finite, call.ended) == (0, 0, stop, True, False)


class Chief:
    """Stands in for the strategy of the chief, who remembers what it tells, or of one that is told something."""

    def __init__(self, told=None):
        self.told = told
        self.sent = []

    def from_chief(self, value):
        self.sent.append(value)
        return value if self.told is None else self.told


def a_context(trained=True):
    return SimpleNamespace(
        epoch_is_trained=trained, logs={"loss": 1.0}, stop_reason="a callback", signals=StopSignals()
    )


def test_the_chief_that_stops_in_the_validation_tells_those_who_wait_for_its_logs():
    chief, context = Chief(), a_context()
    share = ShareLogs(chief)
    share.after_call(context)
    context.signals.receive(TERM)
    share.stop(context)
    worker, other = ShareLogs(Chief(told=chief.sent[0])), a_context()
    worker.after_call(other)
    with pytest.raises(StopRequested):
        worker.share(other)
    assert other.signals.number == TERM
    worker.stop(other)  # nobody waits any more
    assert len(worker._strategy.sent) == 1
    with pytest.raises(SystemExit, match=str(128 + TERM)):
        raise other.signals.error()


@pytest.mark.parametrize("when", ["within an epoch", "after the logs"])
def test_nothing_is_told_where_the_others_do_not_wait_for_logs(when):
    chief, context = Chief(), a_context(trained=when == "after the logs")
    share = ShareLogs(chief)
    share.after_call(context)
    if when == "after the logs":
        share.share(context)
    sent = len(chief.sent)
    share.stop(context)
    assert len(chief.sent) == sent


def test_workers_take_the_logs_of_the_chief_and_its_reason_to_end():
    chief, context = Chief(), a_context()
    ShareLogs(chief).share(context)
    other = a_context()
    other.logs, other.stop_reason = {}, None
    ShareLogs(Chief(told=chief.sent[0])).share(other)
    assert (other.logs, other.stop_reason) == (context.logs, "a callback")
