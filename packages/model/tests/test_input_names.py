"""Inputs and outputs keep the names of the data in each exported model, also names that TensorFlow doesn't take."""

import keyword

import numpy as np
import onnx
import pytest
import tensorflow as tf

from tfaip.model import BundleError, GraphBase, load_onnx_function, load_prediction_function
from tfaip.model.onnx.conversion import to_onnx
from tfaip.model.onnx.graph_ends import nodes
from tfaip.model.onnx.prediction import OnnxFunction
from tfaip.model.runtime.tensor_names import name_in_data, names_in_signature
from tfaip.model.stored.export import export_bundle
from tfaip.model.stored.onnx_export import export_onnx
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.pipeline import ArraySpec
from tfaip.pipeline.errors import DefinitionError

NAMES = ["a-b", "a_b", "1a", "_x", "größe", "a b", "a/b:0", "a.b", "class", "self", "A", "a", "x\ny", "😀", "args"]
X = np.array([[1, -2], [3, 4], [0, 5]], np.float32)


def test_a_signature_has_valid_names_from_which_those_of_the_data_follow():
    for names in (NAMES, keyword.kwlist, ["Ab", "aB", "ab", "AB", "arg_", "_U", "U"], [chr(c) for c in range(1, 999)]):
        named = names_in_signature(names)
        assert [name_in_data(name) for name in named.values()] == list(names)
        assert all(name.isidentifier() and name.isascii() and name[0].isalpha() for name in named.values())
        assert len({name.lower() for name in named.values()}) == len(names)
        assert not any(map(keyword.iskeyword, named.values()))


def test_names_that_tensorflow_takes_stay():
    names = ["img", "inputLength", "x_1", "X", "function", "inputs", "training"]
    assert names_in_signature(names) == {name: name for name in names}


@pytest.fixture
def odd(monkeypatch):
    """A scenario whose inputs have odd names, with its model."""
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    specs = {name: ArraySpec((2,), np.float32) for name in NAMES}
    monkeypatch.setattr(type(scenario.data), "_input_layer_specs", lambda self: specs)
    model = scenario.create_model()

    class Odd(GraphBase):
        def call(self, inputs, training=None):
            given = {name: inputs[name] * number for number, name in enumerate(NAMES)}
            return {**given, "out-1 ä": tf.nn.relu(inputs["a-b"])}

    monkeypatch.setattr(model, "create_graph", Odd)
    return PointsScenario(scenario.params), model


def test_a_saved_model_and_an_onnx_model_have_the_names_of_the_data(odd, tmp_path, caplog):
    scenario, model = odd
    inputs = {name: X + number for number, name in enumerate(NAMES)}
    samples = iter([inputs])
    bundle = export_bundle(tmp_path / "best", scenario, model, model.build_graph(scenario.data), onnx_samples=samples)
    assert bundle.onnx.is_file()
    export_onnx(bundle.path, [inputs])
    for load in (load_prediction_function, load_onnx_function):
        outputs = load(bundle.path, inputs=scenario.data.input_layer_specs())(inputs)
        assert set(outputs) == {*NAMES, "out-1 ä"}
        for number, name in enumerate(NAMES):
            np.testing.assert_array_equal(outputs[name], inputs[name] * number)
    assert not [message for message in caplog.messages if "valid" in message]
    with pytest.raises(BundleError, match="it takes 'größe', which the data does not have"):
        load_prediction_function(bundle.path, inputs={"a-b": ArraySpec((2,), np.float32)})


@pytest.mark.parametrize("name", ["", 1, None])
def test_a_key_of_specs_must_be_a_name(odd, monkeypatch, name):
    scenario, _ = odd
    monkeypatch.setattr(type(scenario.data), "_input_layer_specs", lambda self: {name: ArraySpec((2,), np.float32)})
    with pytest.raises(DefinitionError, match=r"keys of PointsData._input_layer_specs\(\) must be names, got"):
        PointsScenario(scenario.params).data.input_layer_specs()


@pytest.mark.parametrize("name", ["", "\ud800"])
def test_an_output_must_have_a_name_in_unicode(name):
    with pytest.raises(BundleError, match="an output of an ONNX model must have a name in Unicode, got '"):
        to_onnx(lambda inputs: {name: inputs["x"]}, {"x": tf.TensorSpec([None, 2])})


def loop(inputs):
    """A graph with constants, and with a graph within."""
    (x,) = inputs.values()

    def body(number, state):
        return number + 1, tf.where(tf.reduce_sum(state) > 3.0, state * 2, state + x)

    x = tf.nn.relu(x @ tf.constant([[1.0, 2.0], [3.0, 4.0]]) + 5)
    return {"y": tf.while_loop(lambda number, state: number < 3, body, (0, x))[1]}


def test_an_input_may_be_named_like_a_tensor_within():
    graph = to_onnx(loop, {"x": tf.TensorSpec([None, 2])})

    loaded = onnx.load_from_string(graph).graph
    within = {name for node in nodes(loaded) for name in node.output} - {"y"}
    within.update(constant.name for constant in loaded.initializer)
    expected = loop({"x": tf.constant(X)})["y"]
    assert len(within) > 5
    for name in [*sorted(within)[::5], "input_0"]:
        function = OnnxFunction(to_onnx(loop, {name: tf.TensorSpec([None, 2])}), "the model")
        assert list(function.inputs) == [name]
        np.testing.assert_allclose(function({name: X})["y"], expected)
