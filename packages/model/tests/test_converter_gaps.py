"""Where tf2onnx converts to something else: NaN, infinities and empty batches come out as TensorFlow's do."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import ops

from tfaip.model import BundleError
from tfaip.model.onnx.conversion import to_onnx
from tfaip.model.onnx.prediction import OnnxFunction

NAN, INF = np.nan, np.inf
X = np.array(
    [[1, NAN, 3], [NAN, NAN, NAN], [2, 2, 1], [NAN, 1, 0], [0, 1, NAN], [-INF, NAN, INF], [-0.0, 0, -1]], np.float32
)


def assert_same(function, x, spec=None):
    def named(inputs):
        return {"y": function(inputs["x"])}

    specs = {"x": spec or tf.TensorSpec([None, *x.shape[1:]], x.dtype)}
    expected = tf.function(named, autograph=False)({"x": tf.constant(x)})["y"].numpy()
    got = OnnxFunction(to_onnx(named, specs), "the model")({"x": x})["y"]
    assert got.dtype == expected.dtype
    np.testing.assert_array_equal(got, expected)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("name", ["argmax", "argmin", "max", "min"])
def test_extremes_of_nan_and_infinity_are_those_of_tensorflow(name, dtype):
    x = X.astype(dtype)
    function = getattr(ops, name)
    assert_same(lambda x: function(x, axis=-1), x)
    assert_same(lambda x: function(x, axis=0, keepdims=True), x)


@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_of_several_axes_of_all_of_them_and_of_whole_numbers(name):
    function, cube = getattr(ops, name), np.stack([X, X[::-1]])
    assert_same(lambda x: function(x, axis=(1, 2)), cube)
    assert_same(lambda x: function(x)[None], X[2:3])
    assert_same(lambda x: function(x, axis=1), np.arange(12, dtype=np.int32).reshape(3, 4))
    assert_same(lambda x: function(x, axis=1), np.nan_to_num(cube), tf.TensorSpec([None, None, None]))


def test_a_choice_does_not_mix_in_the_number_that_is_not_chosen():
    assert_same(lambda x: ops.where(x > 0, x, 0.0), X)
    assert_same(lambda x: ops.where(x > 0, ops.log(ops.abs(x)), -1.0), np.nan_to_num(X, posinf=2, neginf=0))
    assert_same(lambda x: ops.where(x > 0, x, ops.zeros_like(x)), X.astype(np.float64))
    assert_same(lambda x: ops.where(x > 2, x, 3), np.arange(6, dtype=np.int64).reshape(2, 3))
    assert_same(lambda x: ops.where(x > 2, x > 3, x < 1), np.arange(6, dtype=np.int32).reshape(2, 3))
    assert_same(ops.nan_to_num, X)


def test_a_choice_by_row_takes_whole_rows():
    assert_same(lambda x: tf.raw_ops.Select(condition=x[:, 0] > 0, x=x, y=-x), X)


@pytest.mark.parametrize("dtype", ["int8", "int16", "uint8", "uint16", "uint32", "uint64", "int32", "int64", "bool"])
def test_whole_numbers_of_any_size_are_added_up(dtype):
    x = np.array([[100, 100, 100], [1, 0, 1]]).astype(dtype)
    assert_same(lambda x: ops.sum(x, axis=-1), x)
    if dtype != "bool":
        assert_same(lambda x: tf.reduce_sum(x, axis=0, keepdims=True), x)
    if dtype not in ("bool", "uint64"):
        assert_same(lambda x: tf.reduce_max(x, axis=-1), x)


@pytest.mark.parametrize("dtype", ["int32", "int64", "uint8"])
def test_a_number_of_no_class_has_no_class(dtype):
    x = np.array([[0, 3, 4], [-1, -4, 99]]).astype(dtype)
    assert_same(lambda x: ops.one_hot(x, 4), x)
    assert_same(lambda x: tf.one_hot(x, 4, on_value=5.0, off_value=-1.0, axis=1), x)
    assert_same(lambda x: keras.layers.CategoryEncoding(100, output_mode="multi_hot")(x), np.abs(x) % 100)


@pytest.mark.parametrize("name", ["segment_sum", "segment_max"])
def test_numbers_of_negative_segments_are_left_out(name):
    segments = tf.constant([0, -1, 1, 0, 2, -3, 1])
    x = np.nan_to_num(X, posinf=9, neginf=-9)
    assert_same(lambda x: getattr(ops, name)(x, segments, 3), x)
    assert_same(lambda x: getattr(ops, name)(x, segments, 3) * 2, x)
    if name == "segment_sum":  # tf2onnx has no other of whole numbers
        assert_same(lambda x: getattr(ops, name)(x, segments, 3), x.astype(np.int32))


def test_numbers_that_go_to_the_same_place_are_added_up():
    places = tf.constant([[0], [4], [0], [0], [1], [1], [2]])
    for dtype in (np.float32, np.int32):
        assert_same(lambda x: ops.scatter(places, x, (5, 3)), np.arange(21).reshape(7, 3).astype(dtype))


def test_logarithm_and_exponential_at_one_are_converted():
    for function, x in ((ops.log1p, np.array([0.0, 2.5, 1e6])), (ops.expm1, np.array([0.0, -3.0, 2.5]))):
        outputs = OnnxFunction(
            to_onnx(lambda inputs, function=function: {"y": function(inputs["x"])}, {"x": tf.TensorSpec([None])}), "m"
        )({"x": x.astype(np.float32)})
        np.testing.assert_allclose(outputs["y"], function(x.astype(np.float32)), rtol=1e-6)


@pytest.mark.parametrize("start", [(0, 1), (2, 0), (1, 2), (9, -5)])
def test_a_slice_is_updated_also_at_a_start_that_the_data_gives(start):
    x = np.arange(12, dtype=np.float32).reshape(3, 4)
    update = np.array([[-1, -2]], np.float32)
    assert_same(lambda x: ops.slice_update(x, start, tf.constant(update)), x)
    assert_same(lambda x: ops.slice_update(x, start, tf.constant(update.astype(np.int32))), x.astype(np.int32))

    def write(inputs):
        return {"y": ops.slice_update(inputs["x"], inputs["start"], inputs["update"])}

    specs = {"x": tf.TensorSpec([None, 4]), "start": tf.TensorSpec([2], tf.int32), "update": tf.TensorSpec([None, 2])}
    arrays = {"x": x, "start": np.array(start, np.int32), "update": update}
    expected = tf.function(write)({name: tf.constant(array) for name, array in arrays.items()})["y"]
    np.testing.assert_array_equal(OnnxFunction(to_onnx(write, specs), "the model")(arrays)["y"], expected)


@pytest.mark.parametrize("layer", ["StringLookup", "TextVectorization"])
def test_a_lookup_table_is_refused(layer):
    look_up = getattr(keras.layers, layer)(vocabulary=["a", "b"])
    with pytest.raises(BundleError, match="must hold numbers only, but the graph has a lookup table.*in a processor"):
        to_onnx(lambda inputs: {"y": look_up(inputs["x"])}, {"x": tf.TensorSpec([None], tf.string)})


def attention(x):
    layer = keras.layers.MultiHeadAttention(2, 4)
    layer.build((None, None, 4), (None, None, 4))
    return lambda x: layer(x, x)


def lstm(x):
    layer = keras.layers.Bidirectional(keras.layers.LSTM(3, return_sequences=True))
    layer.build((None, None, 4))
    return layer


@pytest.mark.parametrize(
    "made",
    [
        attention,
        lstm,
        lambda x: lambda x: ops.einsum("btd,bsd->bts", x, x),
        lambda x: lambda x: ops.reshape(x, (ops.shape(x)[0], 20)),
        lambda x: lambda x: ops.max(x, axis=1),
    ],
)
def test_a_batch_of_no_sample_gives_outputs_of_no_row(made):
    x = np.random.default_rng(0).normal(size=(3, 5, 4)).astype(np.float32)
    function = made(x)
    specs = {"x": tf.TensorSpec([None, None, 4])}
    model = OnnxFunction(to_onnx(lambda inputs: {"y": function(inputs["x"])}, specs), "the model")
    for count in (0, 1, 3):
        expected = np.asarray(function(tf.constant(x)))[:count]
        got = model({"x": x[:count]})["y"]
        assert got.dtype == expected.dtype
        np.testing.assert_allclose(got, expected, atol=1e-5)


def test_a_batch_of_no_text_gives_no_text():
    model = OnnxFunction(to_onnx(lambda inputs: inputs, {"x": tf.TensorSpec([None], tf.string)}), "the model")
    assert model({"x": np.zeros(0, object)})["x"].shape == (0,)
