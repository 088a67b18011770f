"""A checkpoint holds all that a step changes, also between the batches of an update."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import AdaBeliefParams, AdafactorParams, MuonParams, NadamParams, ReduceOnPlateauParams
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.step.training_state import TrainingState


def a_network(params, seed):
    keras.utils.set_random_seed(seed)
    network = TrainingState(PointsScenario(params.scenario), params)
    network.step.start_epoch(0, 100)
    return network


def batches(count):
    random = np.random.default_rng(0)
    for _ in range(count):
        points = random.normal(size=(10, 2)).astype(np.float32)
        yield {"point": tf.constant(points)}, {"direction": tf.constant(random.integers(0, 3, (10, 1)))}


@pytest.mark.parametrize(
    "optimizer",
    [NadamParams(), AdaBeliefParams(amsgrad=True), MuonParams(), AdafactorParams()],
    ids=lambda optimizer: type(optimizer).__name__,
)
@pytest.mark.takes_long
def test_steps_go_on_from_a_checkpoint_as_if_nothing_had_happened(points_params, tmp_path, optimizer):
    params = points_params(
        None,
        optimizer=optimizer,
        learning_rate=ReduceOnPlateauParams(patience=1, factor=0.5),
        train_accum_steps=3,
        ema_decay=-1,
        log_gradients=True,
    )
    whole, first, second = a_network(params, 1), a_network(params, 1), a_network(params, 2)
    step = tf.function(whole.step, autograph=False)
    for number, batch in enumerate(batches(7)):
        step(*batch)
        if number == 1:
            whole.schedule.end_epoch({"loss": 1.0})
    halves = [tf.function(network.step, autograph=False) for network in (first, second)]
    for number, batch in enumerate(batches(7)):
        halves[number >= 4](*batch)
        if number == 1:
            first.schedule.end_epoch({"loss": 1.0})
        if number == 3:
            stored = Checkpoints(tmp_path).write(4, {}, first.graph.weights, first.variables)
            stored.restore(second.variables)
    assert whole.step.steps == second.step.steps == 7
    for group, variables in whole.variables.items():
        for variable, other in zip(variables, second.variables[group], strict=True):
            np.testing.assert_array_equal(other.numpy(), variable.numpy(), err_msg=f"{group}: {variable.path}")
