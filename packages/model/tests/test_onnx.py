"""The ONNX model of a bundle: converted, verified, and refused where it differs."""

import json
import logging
import shutil

import keras
import numpy as np
import onnx
import pytest
import tensorflow as tf
from keras import ops

from tfaip.model import Bundle, BundleError, load_onnx_function, load_prediction_function
from tfaip.model.cli.export import main
from tfaip.model.device import precision_policy
from tfaip.model.onnx.conditions import HALF_TOLERANCE, TOLERANCE
from tfaip.model.onnx.conversion import OPSET, to_onnx
from tfaip.model.onnx.export import write_onnx
from tfaip.model.onnx.prediction import OnnxFunction
from tfaip.model.onnx.verification import difference, largest_differences
from tfaip.model.stored.export import export_bundle
from tfaip.model.stored.onnx_export import export_onnx
from tfaip.model.stored.run_of_bundle import validation_of_run
from tfaip.model.testing.points.params import PointsGeneratorParams, PointsPipelineParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import to_dict
from tfaip.pipeline import ArraySpec

POINT = np.random.default_rng(0).normal(size=(5, 2)).astype(np.float32)
X = np.array([[0.5, -0.0, 0.0], [-1.0, 2.0, -np.inf], [-0.0, 0.0, -0.0]], np.float32)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    keras.utils.set_random_seed(1)
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    model = scenario.create_model()
    bundle = export_bundle(tmp_path_factory.mktemp("onnx") / "best", scenario, model, model.build_graph(scenario.data))
    export_onnx(bundle.path, [{"point": POINT}])
    return bundle


def converted(function, **arrays):
    specs = {name: tf.TensorSpec([None] * array.ndim, array.dtype) for name, array in arrays.items()}
    return OnnxFunction(to_onnx(function, specs), "the model")(arrays)


def test_the_onnx_model_of_a_bundle_computes_what_the_saved_model_computes(exported):
    expected, predict = load_prediction_function(exported.path), load_onnx_function(exported.path)
    for count in (1, 5):
        outputs = predict({"point": POINT[:count]})
        assert set(outputs) == {"logits", "pred", "class"}
        for name, values in expected({"point": POINT[:count]}).items():
            np.testing.assert_allclose(outputs[name], values, atol=1e-6)
            assert outputs[name].dtype == values.numpy().dtype


def test_the_manifest_describes_the_onnx_model(exported):
    assert "model.onnx" in json.loads((exported.path / "bundle.json").read_text())["files"]
    Bundle.at(exported.path).verify(digest=exported.digest)


def test_the_largest_difference_of_each_output_is_returned(exported, tmp_path):
    copy = shutil.copytree(exported.path, tmp_path / "copy")
    differences = export_onnx(copy, [{"point": POINT}, {"point": POINT[:2]}]).differences
    assert set(differences) == {"logits", "pred", "class"}
    assert all(0 <= value < 1e-5 for value in differences.values())


def test_a_difference_above_the_tolerance_leaves_the_bundle_as_it_was(exported, tmp_path):
    copy = Bundle(shutil.copytree(exported.path, tmp_path / "copy"))
    before = copy.digest
    with pytest.raises(BundleError, match=r"must be within -1 of those of the SavedModel, but they differ: class by 0"):
        export_onnx(copy.path, [{"point": POINT}], tolerance=-1)
    assert copy.digest == before
    Bundle.at(copy.path).verify()


def exported_in(policy, folder):
    """A bundle whose layers compute in another precision."""
    with precision_policy(policy):
        scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
        model = scenario.create_model()
        graph = model.build_graph(scenario.data)
    return export_bundle(folder / "best", scenario, model, graph, onnx_samples=iter([{"point": POINT}]))


def test_a_graph_that_computes_in_half_precision_has_the_tolerance_of_half_precision(tmp_path, caplog, capsys):
    caplog.set_level(logging.INFO)
    bundle = exported_in("mixed_float16", tmp_path)
    assert bundle.onnx.is_file()
    assert "best differs by 0.0" in caplog.text
    assert "within 0.0078: it computes in float16" in caplog.text
    found = export_onnx(bundle.path, [{"point": POINT}])
    assert set(found.tolerances.values()) == {HALF_TOLERANCE}
    assert TOLERANCE < found.differences["logits"] < HALF_TOLERANCE
    main([str(bundle.path), "--format", "onnx", "--data.count", "5"])
    assert "0.0078" in capsys.readouterr().out
    with pytest.raises(BundleError, match=r"must be within 1e-05 of .*logits by 0.0.*--tolerance NUMBER takes more"):
        export_onnx(bundle.path, [{"point": POINT}], tolerance=1e-5)


def test_a_graph_that_computes_in_bfloat16_is_refused(tmp_path, caplog, capfd):
    bundle = exported_in("mixed_bfloat16", tmp_path)
    assert not bundle.onnx.exists()
    assert "has hardly any in bfloat16: train with float32 or mixed_float16" in caplog.text
    with pytest.raises(BundleError, match="onnxruntime must have each operation in the types of the graph"):
        export_onnx(bundle.path, [{"point": POINT}])
    assert "Gemm rewriter" not in "".join(capfd.readouterr())


def test_nothing_is_written_for_an_operation_without_equivalent(tmp_path):
    def bits(inputs):
        return {"y": tf.bitcast(inputs["x"], tf.int32)}

    with pytest.raises(BundleError, match="ONNX must have an equivalent of each operation, but has none of Bitcast"):
        write_onnx(tmp_path / "model.onnx", bits, {"x": tf.TensorSpec([None, 3])}, [{"x": X}])
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("function", [ops.argmax, ops.argmin, ops.signbit])
def test_the_sign_of_zero_is_told_as_keras_tells_it(function):
    expected = np.asarray(function(X))
    np.testing.assert_array_equal(converted(lambda inputs: {"y": function(inputs["x"])}, x=X)["y"], expected)


def test_the_exact_gelu_is_converted():
    x = np.linspace(-6, 6, 49, dtype=np.float32)
    expected = np.asarray(ops.gelu(x, approximate=False))
    outputs = converted(lambda inputs: {"y": ops.gelu(inputs["x"], approximate=False)}, x=x)
    np.testing.assert_allclose(outputs["y"], expected, atol=1e-6)


def test_an_output_may_be_an_input_or_stand_twice_under_two_names():
    outputs = converted(lambda inputs: {"a": inputs["x"], "b": inputs["x"], "c": inputs["x"] * 2}, x=X)
    for name, factor in (("a", 1), ("b", 1), ("c", 2)):
        np.testing.assert_array_equal(outputs[name], X * factor)


def test_an_output_may_have_the_name_of_an_input():
    outputs = converted(lambda inputs: {"z": inputs["z"] * 2, "x": inputs["x"]}, x=X, z=X + 1)
    assert list(outputs) == ["z", "x"]
    np.testing.assert_array_equal(outputs["z"], (X + 1) * 2)
    np.testing.assert_array_equal(outputs["x"], X)


def test_a_tensor_that_the_function_captures_is_a_constant_of_the_model():
    normalisation = keras.layers.Normalization(mean=[1.0, 2.0, 3.0], variance=[1.0, 4.0, 9.0])
    normalisation.build((None, 3))
    traced = tf.function(lambda x: {"y": normalisation(x)}, autograph=False)
    function = traced.get_concrete_function(x=tf.TensorSpec([None, 3]))
    outputs = converted(lambda inputs: function(**inputs), x=POINT[:, [0, 1, 0]])
    np.testing.assert_allclose(outputs["y"], normalisation(POINT[:, [0, 1, 0]]), atol=1e-6)


def test_division_of_whole_numbers_rounds_down():
    x = np.arange(-7, 8, dtype=np.int32)
    outputs = converted(lambda inputs: {"quotient": inputs["x"] // 3, "rest": inputs["x"] % 3}, x=x)
    np.testing.assert_array_equal(outputs["quotient"], x // 3)
    np.testing.assert_array_equal(outputs["rest"], x % 3)
    numbers = np.array([-1.5, 1.5, 7], np.float32)
    outputs = converted(lambda inputs: {"quotient": inputs["x"] // 2, "rest": inputs["x"] % 2}, x=numbers)
    np.testing.assert_array_equal(outputs["quotient"], numbers // 2)
    np.testing.assert_array_equal(outputs["rest"], numbers % 2)


@pytest.mark.parametrize("blank", [0, 2, 4])
def test_the_greedy_decoder_takes_any_blank_class(blank):
    def decode(inputs):
        return {"y": ops.ctc_decode(inputs["scores"], inputs["length"], mask_index=blank)[0]}

    arrays = {
        "scores": np.random.default_rng(0).normal(size=(2, 12, 5)).astype(np.float32),
        "length": np.array([12, 7], np.int32),
    }
    expected = decode({name: tf.constant(array) for name, array in arrays.items()})["y"]
    specs = {"scores": tf.TensorSpec([None, None, 5]), "length": tf.TensorSpec([None], tf.int32)}
    np.testing.assert_array_equal(OnnxFunction(to_onnx(decode, specs), "the model")(arrays)["y"], expected)


@pytest.mark.parametrize("texts", [["a", "bé"], [b"a", "bé".encode()]])
def test_texts_may_be_bytes_and_come_as_bytes(texts):
    function = OnnxFunction(to_onnx(lambda inputs: inputs, {"x": tf.TensorSpec([None], tf.string)}), "the model")
    for given in (np.array(texts, object), np.array(texts)):
        assert function({"x": given})["x"].tolist() == [b"a", "bé".encode()]
    with pytest.raises(BundleError, match=r"the model takes texts in UTF-8 for the input 'x', got b'\\xff': decode"):
        function({"x": np.array([b"\xff"], object)})


def test_a_model_that_onnxruntime_cannot_run_is_refused(tmp_path):
    lstm = keras.layers.LSTM(2, dtype="float64")
    lstm.build((None, None, 2))
    specs = {"x": tf.TensorSpec([None, None, 2], tf.float64)}
    with pytest.raises(BundleError, match=r"onnxruntime can't run the model on the samples \(x \[1, 3, 2\]\)"):
        write_onnx(tmp_path / "model.onnx", lambda inputs: {"y": lstm(inputs["x"])}, specs, [{"x": np.ones((1, 3, 2))}])
    assert not list(tmp_path.iterdir())


def test_an_input_on_which_no_output_depends_may_be_given(exported):
    specs = {"x": tf.TensorSpec([None, 3]), "unused": tf.TensorSpec([None, 1], tf.int64)}
    function = OnnxFunction(to_onnx(lambda inputs: {"y": inputs["x"] + 1}, specs), "the model")
    np.testing.assert_array_equal(function({"x": X, "unused": np.zeros((3, 1), np.int64)})["y"], X + 1)


def test_lengths_stay_dynamic():
    lstm = keras.layers.Bidirectional(keras.layers.LSTM(4, return_sequences=True))
    lstm.build((None, None, 2))
    specs = {"x": tf.TensorSpec([None, None, 2])}
    function = OnnxFunction(to_onnx(lambda inputs: {"y": lstm(inputs["x"])}, specs), "the model")
    for shape in ((1, 3, 2), (4, 7, 2)):
        x = np.random.default_rng(0).normal(size=shape).astype(np.float32)
        np.testing.assert_allclose(function({"x": x})["y"], lstm(x), atol=1e-5)


@pytest.mark.parametrize(
    ("wanted", "got", "message"),
    [
        ({"y": X}, {"z": X}, "must have the outputs y, got z"),
        ({"y": X}, {"y": X[:2]}, r"the output y of the ONNX model must have the shape \[3, 3\], got \[2, 3\]"),
        ({"y": X}, {"y": X.astype(np.float64)}, "the output y of the ONNX model must be float32, got float64"),
        ({"y": np.full(2, np.nan)}, {"y": np.zeros(2)}, "y by inf"),
        ({"y": np.array(["a"], object)}, {"y": np.array(["b"], object)}, "y by 1"),
        ({"y": np.array([True])}, {"y": np.array([False])}, "y by 1"),
        ({"y": np.array([200_000, 7, 7, 7])}, {"y": np.array([200_001, 7, 7, 7])}, "y by 0.25"),
        ({"y": np.array([[1e3, 0], [1, 0]])}, {"y": np.array([[1e3, 0], [1, 2e-5]])}, "y by 2e-05"),
        ({"y": np.array([1 + 1j])}, {"y": np.array([1 - 1j])}, "y by 1.41"),
        ({"y": np.array([[np.inf, 0]])}, {"y": np.array([[np.inf, 0.5]])}, "y by 0.5"),
    ],
)
def test_other_outputs_are_refused(wanted, got, message):
    with pytest.raises(BundleError, match=message):
        largest_differences(lambda _: wanted, lambda _: got, [{}], tolerance=1e-5)


def test_rounding_beside_a_large_value_of_the_same_sample_is_taken():
    wanted, got = np.array([[1e3, 0, -1e3], [1, 0, 0]]), np.array([[1e3, 1e-3, -1e3], [1, 1e-6, 0]])
    assert difference(wanted, got) == pytest.approx(1e-6)
    assert difference(np.zeros((0, 3)), np.zeros((0, 3))) == 0
    assert difference(np.float32(2), np.float32(2)) == 0


def test_equal_outputs_without_a_number_and_large_numbers_are_taken():
    wanted = {"y": np.array([np.nan, np.inf, 1e6]), "text": np.array([b"a"], object)}
    got = {"y": np.array([np.nan, np.inf, 1e6 + 1]), "text": np.array(["a"], object)}
    assert largest_differences(lambda _: wanted, lambda _: got, [{}], tolerance=1e-5) == {"y": 1e-6, "text": 0.0}


def test_data_that_does_not_fit_the_onnx_model_is_refused(exported):
    with pytest.raises(BundleError, match=r"model.onnx of the bundle .* it takes float32\[None, 2\] for 'point'"):
        load_onnx_function(exported.path, inputs={"point": ArraySpec([3], np.float32)})


def test_a_bundle_without_onnx_model_says_how_to_make_it(exported, tmp_path):
    copy = Bundle(shutil.copytree(exported.path, tmp_path / "copy"))
    copy.onnx.unlink()
    (copy.path / "bundle.json").unlink()
    with pytest.raises(BundleError, match="has no model.onnx: make it .* tfaip-export .*copy --format onnx"):
        load_onnx_function(copy.path)


def test_a_changed_or_broken_onnx_model_is_refused(exported, tmp_path):
    copy = Bundle(shutil.copytree(exported.path, tmp_path / "copy"))
    content = bytearray(copy.onnx.read_bytes())
    content[len(content) // 2] ^= 255
    copy.onnx.write_bytes(content)
    with pytest.raises(BundleError, match=r"the content of model.onnx has changed"):
        load_onnx_function(copy.path)
    with pytest.raises(BundleError, match="the model can't be loaded by onnxruntime"):
        OnnxFunction(b"no model", "the model")


def test_a_model_reads_no_file_outside_of_its_folder(tmp_path):
    (tmp_path / "secret").write_bytes(np.arange(3, dtype=np.float32).tobytes())
    weights = onnx.TensorProto(name="w", data_type=1, dims=[3], data_location=onnx.TensorProto.EXTERNAL)
    weights.external_data.add(key="location", value="../secret")
    x, y = (onnx.helper.make_tensor_value_info(name, 1, [3]) for name in "xy")
    graph = onnx.helper.make_graph([onnx.helper.make_node("Add", ["x", "w"], ["y"])], "graph", [x], [y], [weights])
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=8)
    path = tmp_path / "bundle" / "model.onnx"
    path.parent.mkdir()
    path.write_bytes(model.SerializeToString())
    with pytest.raises(BundleError, match="External data path"):
        OnnxFunction(path, "the model")


def test_the_command_adds_the_model_and_prints_the_differences(exported, tmp_path, capsys):
    copy = Bundle(shutil.copytree(exported.path, tmp_path / "copy"))
    copy.onnx.unlink()
    (copy.path / "bundle.json").unlink()
    main([str(copy.path), "--format", "onnx", "--data.count", "5"])
    printed = capsys.readouterr().out
    assert "largest difference" in printed
    assert "logits" in printed
    assert f"{copy.path} has model.onnx" in printed.replace("\n", "")
    assert copy.onnx.is_file()


@pytest.fixture
def in_run(exported, tmp_path):
    """A copy of the bundle in the folder of a run, whose validation has 3 points."""
    gen = PointsPipelineParams(val=PointsGeneratorParams(count=3, seed=5))
    stored = {"scenario": {"scenario": PointsScenario.tag()}, "gen": to_dict(gen)}
    (tmp_path / "trainer_params.json").write_text(json.dumps(stored))
    return Bundle(shutil.copytree(exported.path, tmp_path / "best"))


def test_samples_are_those_of_the_validation_of_the_run(in_run):
    run, samples = validation_of_run(in_run.path, PointsScenario)
    assert (run, samples) == (in_run.path.parent, PointsGeneratorParams(count=3, seed=5))
    deeper = shutil.copytree(in_run.path, in_run.path.parent / "epochs" / "0003")
    assert validation_of_run(deeper, PointsScenario) == (run, samples)


def test_a_bundle_of_no_run_or_of_another_scenario_has_no_samples(in_run, exported, caplog):
    assert validation_of_run(exported.path, PointsScenario) is None
    other = type("Other", (PointsScenario,), {})
    assert validation_of_run(in_run.path, other) is None
    assert caplog.messages == []


@pytest.mark.parametrize("text", ["{", '{"scenario": {"scenario": "TAG"}, "gen": {"__cls__": "os:path"}}', "[]"])
def test_a_run_that_cannot_be_read_is_a_warning(in_run, text, caplog):
    (in_run.path.parent / "trainer_params.json").write_text(text.replace("TAG", PointsScenario.tag()))
    assert validation_of_run(in_run.path, PointsScenario) is None
    run = in_run.path.parent
    warned = [
        message.startswith(f"The samples of the validation of the run {run} can't be had: ")
        for message in caplog.messages
    ]
    assert warned == ([True] if text != "[]" else [])


def test_the_command_runs_both_models_on_the_validation_of_the_run_unless_samples_are_named(in_run, capsys):
    main([str(in_run.path), "--format", "onnx"])
    printed = capsys.readouterr().out
    assert f"samples of the validation of {in_run.path.parent}:" in printed.replace("\n", "")
    main([str(in_run.path), "--format", "onnx", "--data.count", "5"])
    assert "samples of --data:" in capsys.readouterr().out


def test_a_bundle_that_is_replaced_during_its_export_keeps_its_own_model(exported, tmp_path):
    copy = Bundle(shutil.copytree(exported.path, tmp_path / "copy"))

    def replaced():
        yield {"point": POINT}
        shutil.rmtree(copy.path)
        scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
        model = scenario.create_model()
        export_bundle(copy.path, scenario, model, model.build_graph(scenario.data))

    with pytest.raises(BundleError, match="must stay as it is during its export, but another process has replaced it"):
        export_onnx(copy.path, replaced())
    copy.verify()
    assert not copy.onnx.exists()


@pytest.fixture(scope="module")
def three_graphs(tmp_path_factory):
    """Scenario, model and graph, of which three graphs are exported; ONNX has no equivalent of the third."""
    scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
    model = scenario.create_model()
    graph = model.build_graph(scenario.data)
    model._export_graphs = lambda inputs, outputs, targets: {
        "default": outputs,
        "half": {"half": outputs["logits"] / 2},
        "bits": {"bits": tf.bitcast(outputs["logits"], tf.int32)},
    }
    return scenario, model, graph


def test_each_exported_graph_has_an_onnx_model_or_is_named(three_graphs, tmp_path, capsys):
    bundle = export_bundle(tmp_path / "best", *three_graphs)
    main([str(bundle.path), "--format", "onnx", "--data.count", "5"])
    printed = " ".join(capsys.readouterr().out.split())
    assert "half: half" in printed
    assert "the graph bits was not converted: ONNX must have an equivalent" in printed
    bundle.verify()
    assert bundle.labels == ["default", "bits", "half"]
    whole, half = load_onnx_function(bundle.path), load_onnx_function(bundle.path, label="half")
    np.testing.assert_allclose(half({"point": POINT})["half"], whole({"point": POINT})["logits"] / 2, rtol=1e-6)
    with pytest.raises(BundleError, match=r"has no additional/bits.onnx: make it"):
        load_onnx_function(bundle.path, label="bits")
    export_onnx(bundle.path, [{"point": POINT}])  # in place of the former ones
    bundle.verify()


@pytest.mark.parametrize("saved_model", [True, False])
def test_a_training_exports_the_onnx_model_of_each_graph(three_graphs, saved_model, tmp_path, caplog):
    samples = iter([{"point": POINT}])
    bundle = export_bundle(tmp_path / "best", *three_graphs, saved_model=saved_model, onnx_samples=samples)
    bundle.verify()
    assert [path.name for path in sorted(bundle.path.rglob("*.onnx"))] == ["half.onnx", "model.onnx"]
    (warning,) = [message for message in caplog.messages if "ONNX model" in message]
    assert "best has no ONNX model of the graph bits: ONNX must have an equivalent" in warning
