import json

import keras
import numpy as np
import pytest

from tfaip.model.bundle.weights import read_weights
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import ConstantParams, ExponentialDecayParams, RunFolder
from tfaip.trainer.step.gradient_accumulation import GradientAccumulation


def train(params) -> dict[str, np.ndarray]:
    """Train and return the weights."""
    params.scenario.model.dropout = 0.0  # drawn batch by batch
    PointsScenario.create_trainer(params).train()
    return read_weights(RunFolder(params.output_dir).export / "weights.h5")


def logs_of(params) -> list[dict]:
    lines = [json.loads(line) for line in RunFolder(params.output_dir).metrics.read_text().splitlines()]
    return [{name: value for name, value in line.items() if name not in ("time", "step")} for line in lines]


@pytest.mark.parametrize(
    "schedule",
    [
        ConstantParams(lr=0.02),
        ExponentialDecayParams(lr=0.02, step_function=False, learning_cycle=1, lr_decay_rate=0.5),
    ],
)
def test_three_batches_accumulated_equal_one_of_three_times_the_size_with_every_log(points_params, schedule):
    # 48 samples in batches of 5 leave a ragged batch, and leave batches that don't fill an update.
    large = points_params("large", learning_rate=schedule, ema_decay=0.9)
    large.gen.setup.train.batch_size = 15
    small = points_params("small", learning_rate=schedule, ema_decay=0.9, train_accum_steps=3)
    small.gen.setup.train.batch_size = 5
    expected, weights = train(large), train(small)
    for path, value in expected.items():
        np.testing.assert_allclose(weights[path], value, rtol=0, atol=1e-6, err_msg=path)
    for line, other in zip(logs_of(small), logs_of(large), strict=True):
        assert line == pytest.approx(other, rel=0, abs=1e-6)


def test_a_step_is_a_batch_also_under_accumulation(points_params):
    params = points_params(train_accum_steps=3)
    train(params)
    lines = [json.loads(line) for line in RunFolder(params.output_dir).metrics.read_text().splitlines()]
    assert [line["step"] for line in lines] == [5, 10, 15]


@pytest.mark.takes_long
def test_a_resumed_run_accumulates_as_one_that_never_stopped(points_params):
    whole, parts = points_params("whole", train_accum_steps=2), points_params("parts", train_accum_steps=2, epochs=1)
    expected = train(whole)
    train(parts)
    parts.epochs = 3
    PointsScenario.create_trainer(parts).resume()
    weights = read_weights(RunFolder(parts.output_dir).export / "weights.h5")
    for path, value in expected.items():
        np.testing.assert_array_equal(weights[path], value, err_msg=path)
    assert logs_of(parts) == logs_of(whole)


def test_gradients_weigh_as_much_as_their_batch_has_samples():
    accumulation = GradientAccumulation([keras.Variable(np.zeros(2, np.float32))], 2)
    accumulation.add([np.array([1.0, 2.0], np.float32)], 3)
    assert not bool(accumulation.is_full)
    accumulation.add([np.array([5.0, 6.0], np.float32)], 1)
    assert bool(accumulation.is_full)
    np.testing.assert_allclose(accumulation.take()[0], [2.0, 3.0])
    assert all(not np.any(variable.numpy()) for variable in accumulation.variables)
