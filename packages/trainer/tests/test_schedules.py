import keras
import numpy as np
import pytest

from tfaip.trainer import ConstantParams, ExponentialDecayParams


def rates(params, epochs) -> list[float]:
    schedule = params.create()
    return [float(schedule(keras.ops.convert_to_tensor(epoch, "float32"))) for epoch in epochs]


def test_a_constant_rate_stays():
    assert rates(ConstantParams(lr=0.25), [0, 3.7, 100]) == [0.25] * 3


@pytest.mark.parametrize("offset", [0, 2])
@pytest.mark.parametrize("step_function", [True, False])
def test_the_exponential_decay_follows_its_formula(offset, step_function):
    params = ExponentialDecayParams(
        lr=0.5, learning_circle=2, lr_decay_rate=0.8, offset_epochs=offset, step_function=step_function
    )
    epochs = np.arange(0, 10, 0.25)
    counted = np.maximum((np.floor(epochs) if step_function else epochs) - offset, 0)
    np.testing.assert_allclose(rates(params, epochs), 0.5 * 0.8 ** np.floor(counted / 2), rtol=1e-6)


def test_the_exponential_decay_does_not_fall_below_its_fraction():
    params = ExponentialDecayParams(lr=0.5, learning_circle=1, lr_decay_rate=0.1, lr_min_fraction=0.04)
    assert rates(params, [0, 1, 2, 9]) == pytest.approx([0.5, 0.05, 0.02, 0.02])
