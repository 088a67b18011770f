"""Models that onnxruntime can't load or run, as they come from a damaged disk or from anybody: one sentence each."""

import random
from pathlib import Path

import numpy as np
import pytest

from tfaip.model import Bundle, BundleError, load_onnx_function
from tfaip.model.onnx.prediction import OUTPUT_NAMES, OnnxFunction

onnx = pytest.importorskip("onnx", reason="tfaip-model[onnx] is not installed")
pytest.importorskip("onnxruntime", reason="tfaip-model[onnx] is not installed")

BATCH = {"x": np.zeros((3, 2), np.float32)}


def made(nodes, *, given=None, out=None, constants=(), opset=18, ir_version=8):
    """A model from `x` to `y`; an operation is (type, inputs, outputs, attributes)."""
    values = onnx.helper.make_tensor_value_info
    graph = onnx.helper.make_graph(
        [onnx.helper.make_node(kind, inputs, outputs, **attributes) for kind, inputs, outputs, attributes in nodes],
        "graph",
        [given or values("x", 1, ["b", 2])],
        [out or values("y", 1, None)],
        [onnx.numpy_helper.from_array(value, name) for name, value in constants],
    )
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", opset)], ir_version=ir_version)


def identity(**changes):
    return made([("Identity", ["x"], ["y"], {})], **changes)


def run(model):
    return OnnxFunction(model if isinstance(model, bytes) else model.SerializeToString(), "the model m")(BATCH)


def test_truncated_models_and_models_with_changed_bytes_run_or_are_refused(capfd):
    whole = made([("Add", ["x", "w"], ["y"], {})], constants=[("w", np.ones(2, np.float32))]).SerializeToString()
    assert run(whole)["y"].shape == (3, 2)
    draw, broken = random.Random(0), [whole[:length] for length in range(0, len(whole), 7)]
    for _ in range(60):
        changed = bytearray(whole)
        changed[draw.randrange(len(whole))] = draw.randrange(256)
        broken.append(bytes(changed))
    messages = []
    for content in broken:
        try:
            run(content)
        except BundleError as error:
            messages.append(str(error))
    assert len(messages) > len(broken) / 2
    assert all("the model m" in message and "\n" not in message for message in messages)
    assert capfd.readouterr().out == ""


@pytest.mark.parametrize(
    "nodes",
    [
        [("Add", ["x", "y"], ["a"], {}), ("Add", ["x", "a"], ["y"], {})],
        [("Add", ["x", "y"], ["y"], {})],
        [("Nope", ["x"], ["y"], {})],
        [("Identity", ["nowhere"], ["y"], {})],
        [],
    ],
)
def test_a_graph_that_is_none_is_refused(nodes):
    with pytest.raises(BundleError, match=r"^the model m can't be loaded by onnxruntime: .*ONNXRuntimeError"):
        run(made(nodes))


@pytest.mark.parametrize("changes", [{"opset": 99}, {"ir_version": 99}])
def test_a_version_that_is_not_known_is_refused(changes):
    with pytest.raises(BundleError, match="^the model m can't be loaded by onnxruntime: "):
        run(identity(**changes))


def ends():
    """Roles, types and models whose input or output is no tensor of a type that NumPy has."""
    helper, tensor = onnx.helper, onnx.helper.make_tensor_type_proto(1, None)
    bfloat16 = helper.make_tensor_value_info("y", onnx.TensorProto.BFLOAT16, None)
    sequence = helper.make_sequence_type_proto(tensor)
    optional = helper.make_optional_type_proto(tensor)
    return {
        r"outputs .* got seq\(tensor\(float\)\) for 'y'": made(
            [("SequenceConstruct", ["x"], ["y"], {})], out=helper.make_value_info("y", sequence)
        ),
        r"inputs .* got seq\(tensor\(float\)\) for 'x'": made(
            [("ConcatFromSequence", ["x"], ["y"], {"axis": 0})], given=helper.make_value_info("x", sequence)
        ),
        r"outputs .* got optional\(tensor\(float\)\) for 'y'": made(
            [("Optional", ["x"], ["y"], {})], out=helper.make_value_info("y", optional)
        ),
        r"outputs .* got tensor\(bfloat16\) for 'y'": made(
            [("Cast", ["x"], ["y"], {"to": onnx.TensorProto.BFLOAT16})], out=bfloat16
        ),
    }


@pytest.mark.parametrize("message", ends())
def test_inputs_and_outputs_must_be_tensors_of_types_that_numpy_has(message):
    with pytest.raises(BundleError, match=f"^the {message}: cast it in the graph"):
        run(ends()[message])


def test_external_data_that_is_missing_is_named(tmp_path):
    weights = onnx.TensorProto(name="w", data_type=1, dims=[2], data_location=onnx.TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value="missing.bin")
    model = made([("Add", ["x", "w"], ["y"], {})])
    model.graph.initializer.append(weights)
    (tmp_path / "model.onnx").write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match=r"^the model m can't be loaded by onnxruntime: .*missing\.bin"):
        OnnxFunction(tmp_path / "model.onnx", "the model m")


@pytest.mark.parametrize(
    ("model", "message"),
    [
        (lambda: made([("Reshape", ["x", "s"], ["y"], {})], constants=[("s", np.array([7, 5]))]), "Reshape"),
        (
            lambda: made(
                [("Shape", ["x"], ["s"], {}), ("ConstantOfShape", ["s"], ["z"], {}), ("Gather", ["z", "i"], ["y"], {})],
                constants=[("i", np.array([9]))],
            ),
            "Gather",
        ),
        (
            lambda: made(
                [("Transpose", ["x"], ["t"], {}), ("Add", ["x", "t"], ["y"], {})],
            ),
            "Add",
        ),
        (lambda: made([("ConstantOfShape", ["s"], ["y"], {})], constants=[("s", np.array([2**40, 5]))]), "memory"),
    ],
)
def test_an_operation_that_fails_names_model_batch_and_reason(model, message):
    with pytest.raises(BundleError, match=rf"run by onnxruntime on the batch \(x float32\[3, 2\]\): .*{message}"):
        run(model())


def test_inputs_that_do_not_fit_are_named():
    function = OnnxFunction(identity().SerializeToString(), "the model m")
    with pytest.raises(BundleError, match=r"^the model m takes the inputs \['x'\], got \['z'\]"):
        function({"z": BATCH["x"]})
    with pytest.raises(BundleError, match=r"\(x float32\[3, 5\]\): .*Got: 5 Expected: 2 Please"):
        function({"x": np.zeros((3, 5), np.float32)})
    with pytest.raises(BundleError, match=r"\(x int32\[3, 2\]\): .*Unexpected input data type"):
        function({"x": np.zeros((3, 2), np.int32)})


@pytest.mark.parametrize("noted", ['["a", "a"]', '["a"]', '[1, "b"]', "{", "3", '{"a": "b"}'])
def test_names_that_the_model_notes_wrongly_are_those_of_its_graph(noted):
    model = made([("Identity", ["x"], ["y"], {}), ("Neg", ["x"], ["z"], {})])
    model.graph.output.append(onnx.helper.make_tensor_value_info("z", 1, None))
    model.metadata_props.add(key=OUTPUT_NAMES, value=noted)
    assert list(run(model)) == ["y", "z"]


def test_the_bundle_is_named_where_its_model_fails(tmp_path):
    bundle = Bundle(tmp_path)
    (tmp_path / "scenario_params.json").write_text("{}")
    model = made([("Reshape", ["x", "s"], ["y"], {})], constants=[("s", np.array([7, 5]))])
    Path(bundle.onnx).write_bytes(model.SerializeToString())
    function = load_onnx_function(tmp_path)
    with pytest.raises(BundleError, match=rf"^the model model.onnx of the bundle {tmp_path} can't be run by onnxr"):
        function(BATCH)
