import subprocess
import sys

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfaip.model.layers import ConvStackParams, DenseStackParams, RecurrentStackParams
from tfaip.model.layers.stage_params import ACTIVATIONS


def names(layers) -> list[str]:
    return [layer.name for layer in layers]


def test_a_dense_stack_works_on_the_last_axis():
    stack = DenseStackParams(nodes=[5, 4]).create()
    assert stack(tf.zeros((2, 7, 3))).shape == (2, 7, 4)
    assert names(stack.stages) == ["dense_1", "relu_1", "dense_2", "relu_2"]


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_every_activation_that_can_be_chosen_exists(activation):
    stack = DenseStackParams(nodes=[5], activation=activation).create()
    assert np.isfinite(stack(tf.ones((2, 3)))).all()


@pytest.mark.parametrize(("normalization", "weights"), [("none", 2), ("batch", 5), ("layer", 3)])
def test_a_normalisation_takes_the_place_of_the_bias(normalization, weights):
    stack = DenseStackParams(nodes=[5], normalization=normalization).create()
    stack(tf.ones((2, 3)))
    assert len(stack.weights) == weights
    assert len(names(stack.stages)) == (2 if normalization == "none" else 3)


@pytest.mark.parametrize("params", [DenseStackParams(nodes=[400], dropout=0.5), RecurrentStackParams(dropout=0.5)])
def test_dropout_works_in_training_only(params):
    stack = params.create()
    x = tf.ones((2, 3, 4))
    assert np.mean(stack(x, training=True) == 0) > np.mean(stack(x) == 0) + 0.1
    np.testing.assert_array_equal(stack(x), stack(x))


@pytest.mark.parametrize("pooling", ["max", "average", "none"])
def test_a_convolution_stack_is_smaller_by_its_downsampling(pooling):
    params = ConvStackParams(filters=[4, 6, 8], kernel=(3, 5), pooling=pooling, pool=(2, 3))
    stack = params.create()
    height, width = params.downsampling()
    assert (height, width) == ((1, 1) if pooling == "none" else (8, 27))
    # Sizes that don't divide are rounded up once for all stages as well as at each.
    for size in (48, 49, 1):
        assert stack(tf.zeros((1, size, size, 1))).shape == (1, -(-size // height), -(-size // width), 8)


def test_pooling_comes_before_dropout():
    stack = ConvStackParams(filters=[4], normalization="batch", dropout=0.1).create()
    assert names(stack.stages) == ["conv_1", "norm_1", "relu_1", "pool_1", "dropout_1"]


@pytest.mark.parametrize("cell", ["LSTM", "GRU"])
@pytest.mark.parametrize(("bidirectional", "units"), [(True, 10), (False, 5)])
def test_a_recurrent_stack_keeps_the_steps(cell, bidirectional, units):
    stack = RecurrentStackParams(nodes=[3, 5], cell=cell, bidirectional=bidirectional).create()
    assert stack(tf.zeros((2, 7, 4))).shape == (2, 7, units)


def test_what_is_masked_in_a_sequence_changes_nothing():
    keras.utils.set_random_seed(1)
    stack = RecurrentStackParams(nodes=[5, 4]).create()
    sequence = np.random.default_rng(0).normal(size=(1, 6, 3)).astype(np.float32)
    padded = np.concatenate([sequence, np.full((1, 3, 3), 9.0, np.float32)], axis=1)
    mask = np.arange(9)[None] < 6
    np.testing.assert_allclose(stack(padded, mask=mask)[:, :6], stack(sequence), atol=1e-6)


@pytest.mark.takes_long
def test_stacks_train():
    """All of them together learn which half of an image is the brighter one."""
    keras.utils.set_random_seed(1)
    images = np.random.default_rng(0).random((64, 8, 8, 1)).astype(np.float32)
    left = (images[:, :, :4].mean((1, 2, 3)) > images[:, :, 4:].mean((1, 2, 3))).astype(np.float32)
    model = keras.Sequential(
        [
            ConvStackParams(filters=[8], normalization="batch").create(),
            keras.layers.Reshape((4, 32)),
            RecurrentStackParams(nodes=[8]).create(),
            keras.layers.Flatten(),
            DenseStackParams(nodes=[16]).create(),
            keras.layers.Dense(1),
        ]
    )
    model.compile(keras.optimizers.Adam(0.01), keras.losses.BinaryCrossentropy(from_logits=True))
    losses = model.fit(images, left, epochs=12, verbose=0).history["loss"]
    assert losses[-1] < 0.5 * losses[0]


@pytest.mark.parametrize(
    ("cls", "field", "value", "rule"),
    [
        (DenseStackParams, "nodes", [0], "'nodes' must be >= 1"),
        (DenseStackParams, "nodes", [], "Length of 'nodes' must be >= 1"),
        (DenseStackParams, "dropout", 1.0, "'dropout' must be < 1"),
        (ConvStackParams, "pool", (0, 2), "'pool' must be >= 1"),
    ],
)
def test_a_size_that_makes_no_sense_is_refused_by_name(cls, field, value, rule):
    with pytest.raises(ValueError, match=rule):
        cls(**{field: value})


def test_parameters_of_layers_load_without_tensorflow():
    code = "import sys, tfaip.model.layers; print([m for m in ('tensorflow', 'keras') if m in sys.modules])"
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout == "[]\n"
