import keras
import numpy as np
import pytest

from tfaip.params import ParamsError
from tfaip.trainer import AdamParams, RMSpropParams, SGDParams


def after_five_steps(optimizer) -> np.ndarray:
    weights = keras.Variable(np.array([1.0, -2.0, 3.0], np.float32))
    optimizer.build([weights])
    optimizer.learning_rate.assign(0.1)
    for _ in range(5):
        optimizer.apply([keras.ops.convert_to_tensor(weights.numpy() * 2)], [weights])
    return weights.numpy()


@pytest.mark.parametrize(
    ("params", "peer"),
    [
        (
            AdamParams(beta_1=0.8, beta_2=0.99, epsilon=1e-5),
            lambda: keras.optimizers.Adam(beta_1=0.8, beta_2=0.99, epsilon=1e-5),
        ),
        (SGDParams(momentum=0.5, nesterov=True), lambda: keras.optimizers.SGD(momentum=0.5, nesterov=True)),
        (
            RMSpropParams(rho=0.7, momentum=0.1, centered=True),
            lambda: keras.optimizers.RMSprop(rho=0.7, momentum=0.1, centered=True),
        ),
        (SGDParams(clip_norm=0.5), lambda: keras.optimizers.SGD(clipnorm=0.5)),
        (SGDParams(clip_value=0.5), lambda: keras.optimizers.SGD(clipvalue=0.5)),
        (SGDParams(clip_global_norm=0.5), lambda: keras.optimizers.SGD(global_clipnorm=0.5)),
    ],
)
def test_every_parameter_reaches_keras(params, peer):
    np.testing.assert_array_equal(after_five_steps(params.create()), after_five_steps(peer()))


def test_two_kinds_of_clipping_are_refused():
    message = "at most one of clip_norm, clip_value, clip_global_norm may be set, got clip_norm=1.0 and clip_value=1.0"
    with pytest.raises(ParamsError, match=message):
        SGDParams(clip_norm=1.0, clip_value=1.0).create()
