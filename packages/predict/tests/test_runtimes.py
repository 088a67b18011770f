"""The runtimes: onnxruntime predicts as TensorFlow does, and is chosen by the parameters or by what is installed."""

import pickle
import shutil
import subprocess
import sys
import textwrap

import numpy as np
import pytest

from predict_cases import POINTS, in_process, points
from tfaip.model import Bundle, BundleError
from tfaip.model.bundle import runtime
from tfaip.model.bundle.runtime import runtime_of
from tfaip.model.stored.export import export_bundle
from tfaip.model.stored.onnx_export import export_onnx
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.predict import (
    DumpReader,
    LAVParams,
    MajorityVoterParams,
    MeanVoterParams,
    MultiLAVParams,
    MultiModelPredictorParams,
    Predictor,
)
from tfaip.predict.cli.predict import main

POINT = {"point": np.stack([sample.inputs["point"] for sample in points()[:8]])}


@pytest.fixture(scope="session")
def bundles(three_exported, tmp_path_factory):
    """Three bundles with SavedModel and ONNX model."""
    folder = tmp_path_factory.mktemp("onnx")
    paths = [shutil.copytree(bundle.path, folder / str(n)) for n, (bundle, _) in enumerate(three_exported)]
    for path in paths:
        export_onnx(path, [POINT])
    return paths


def assert_same(one, other):
    assert len(one) == len(other) > 0
    for left, right in zip(one, other, strict=True):
        assert left.meta == right.meta
        assert left.outputs.keys() == right.outputs.keys()
        for name, value in left.outputs.items():
            if isinstance(value, str):
                assert right.outputs[name] == value
            else:
                np.testing.assert_allclose(right.outputs[name], value, atol=1e-5)


def of_runtimes(predict):
    return [predict(name) for name in ("tensorflow", "onnx")]


def test_samples_order_and_post_processing_are_the_same(bundles):
    assert_same(
        *of_runtimes(
            lambda name: list(PointsScenario.create_predictor(bundles[0], in_process(runtime=name)).predict(POINTS))
        )
    )


def test_single_samples_are_the_same(bundles):
    def predict(name):
        with PointsScenario.create_predictor(bundles[0], in_process(runtime=name)).raw() as raw:
            return [raw(sample) for sample in points()[:5]]

    assert_same(*of_runtimes(predict))


def test_a_vote_is_the_same_also_of_bundles_of_both_runtimes(bundles, tmp_path):
    params = [MultiModelPredictorParams(voter=MeanVoterParams(), runtime=name) for name in ("tensorflow", "onnx")]
    for one in params:
        one.pipeline.num_processes = 0
    voted = [list(PointsScenario.create_multi_predictor(bundles, one).predict(POINTS)) for one in params]
    assert_same(*voted)
    only_onnx = shutil.copytree(bundles[1], tmp_path / "only_onnx")
    shutil.rmtree(only_onnx / "serve")
    (only_onnx / "bundle.json").unlink()
    params[0].runtime = "auto"
    mixed = PointsScenario.create_multi_predictor([bundles[0], only_onnx, bundles[2]], params[0])
    assert_same(voted[0], list(mixed.predict(POINTS)))


def test_losses_metrics_and_evaluator_are_the_same(bundles):
    def validate(name):
        params = LAVParams(runtime=name)
        params.pipeline.num_processes = 0
        (result,) = PointsScenario.create_lav(bundles[0], params).run([POINTS])
        return {**result.metrics, **result.evaluator}

    one, other = of_runtimes(validate)
    assert one == pytest.approx(other, abs=1e-5)
    assert "acc" in one


def test_losses_of_a_vote_are_the_same(bundles):
    def validate(name):
        params = MultiLAVParams(voter=MeanVoterParams(), runtime=name)
        params.pipeline.num_processes = 0
        (result,) = PointsScenario.create_multi_lav(bundles, params).run([POINTS])
        return {**result.metrics, **result.evaluator}

    one, other = of_runtimes(validate)
    assert one == pytest.approx(other, abs=1e-5)


@pytest.fixture(scope="module")
def with_texts(tmp_path_factory):
    """Two bundles whose graph has texts among its outputs."""
    import tensorflow as tf

    def exported(inputs, outputs, targets):
        names = tf.gather(tf.constant(["nörd", "east", "west"]), outputs["class"])
        return {"default": {**outputs, "text": names, "texts": tf.stack([names, names], -1)}}

    paths = []
    for number in range(2):
        scenario = PointsScenario(PointsScenario.tagged(PointsScenario.default_params()))
        model = scenario.create_model()
        model._export_graphs = exported
        path = tmp_path_factory.mktemp("texts") / str(number)
        export_bundle(path, scenario, model, model.build_graph(scenario.data), onnx_samples=[POINT])
        paths.append(path)
    return paths


def test_texts_are_bytes_in_votes_and_predictions_of_both_runtimes(with_texts):
    def predict(name):
        voter = MajorityVoterParams(label="text")
        params = MultiModelPredictorParams(voter=voter, runtime=name)
        params.pipeline.num_processes = 0
        one = PointsScenario.create_predictor(with_texts[0], in_process(runtime=name)).predict(POINTS)
        voted = PointsScenario.create_multi_predictor(with_texts, params).predict(POINTS)
        return [[(s.outputs["text"], s.outputs["texts"].tolist()) for s in samples] for samples in (one, voted)]

    one, other = of_runtimes(predict)
    assert one == other
    assert {text for text, _ in one[0]} <= {"nörd".encode(), b"east", b"west"}
    assert all(texts == [text, text] for text, texts in one[0])


def test_losses_beside_texts_are_those_of_tensorflow(with_texts):
    def validate(name):
        params = MultiLAVParams(voter=MajorityVoterParams(label="text"), runtime=name)
        params.pipeline.num_processes = 0
        (result,) = PointsScenario.create_multi_lav(with_texts, params).run([POINTS])
        lav = LAVParams(runtime=name)
        lav.pipeline.num_processes = 0
        (alone,) = PointsScenario.create_lav(with_texts[0], lav).run([POINTS])
        return {**result.metrics, **{f"alone {key}": value for key, value in alone.metrics.items()}}

    one, other = of_runtimes(validate)
    assert one == pytest.approx(other, abs=1e-5)
    assert {"acc", "alone acc"} <= one.keys()


def test_a_predictor_pickles_with_its_runtime(bundles):
    predictor = Predictor.from_path(bundles[0], in_process(runtime="onnx"))
    again = pickle.loads(pickle.dumps(predictor))
    assert_same(list(predictor.predict(POINTS)), list(again.predict(POINTS)))


def test_the_command_writes_the_same_dump(bundles, tmp_path):
    def dump(name):
        words = ["--export_dir", str(bundles[0]), "--dump", str(tmp_path / name), "--predict.runtime", name]
        main([*words, "--predict.silent", "--pipeline.num_processes", "0"])
        return list(DumpReader(tmp_path / name))

    assert_same(*of_runtimes(dump))


@pytest.mark.parametrize(
    ("installed", "models", "wanted", "chosen"),
    [
        ({"tensorflow", "onnx"}, {"tensorflow", "onnx"}, "auto", "tensorflow"),
        ({"tensorflow", "onnx"}, {"onnx"}, "auto", "onnx"),
        ({"onnx"}, {"tensorflow", "onnx"}, "auto", "onnx"),
        ({"tensorflow"}, {"tensorflow", "onnx"}, "auto", "tensorflow"),
        ({"tensorflow", "onnx"}, {"tensorflow", "onnx"}, "onnx", "onnx"),
        ({"onnx"}, {"tensorflow"}, "auto", "onnx"),  # whose loader says that there is no model.onnx
        ({"onnx"}, {"tensorflow", "onnx"}, "tensorflow", r"the runtime tensorflow needs tensorflow: .*predict\[tf\]"),
        ({"tensorflow"}, {"onnx"}, "auto", r"has no SavedModel, but model.onnx: pip install 'tfaip-predict\[onnx\]'"),
        (set(), {"tensorflow"}, "auto", r"neither TensorFlow nor onnxruntime is installed: .*\[tf\]' runs each bundle"),
    ],
)
def test_the_runtime_is_the_first_that_is_installed_and_has_a_model(
    bundles, tmp_path, monkeypatch, installed, models, wanted, chosen
):
    bundle = Bundle(shutil.copytree(bundles[0], tmp_path / "bundle"))
    (bundle.path / "bundle.json").unlink()
    if "tensorflow" not in models:
        shutil.rmtree(bundle.serve)
    if "onnx" not in models:
        bundle.onnx.unlink()
    monkeypatch.setattr(runtime, "is_installed", lambda name: name in installed)
    if chosen in ("tensorflow", "onnx"):
        assert runtime_of(bundle.path, wanted) == chosen
    else:
        with pytest.raises(BundleError, match=chosen):
            runtime_of(bundle.path, wanted)


def test_a_bundle_with_an_onnx_model_alone_names_its_runtime_where_tensorflow_is_asked_for(bundles, tmp_path):
    bundle = Bundle(shutil.copytree(bundles[0], tmp_path / "bundle"))
    (bundle.path / "bundle.json").unlink()
    shutil.rmtree(bundle.serve)
    with pytest.raises(BundleError, match=r"has no SavedModel in serve/, but model\.onnx: choose the runtime onnx$"):
        Predictor.from_path(bundle.path, in_process(runtime="tensorflow"))


def test_the_graph_of_the_code_is_of_tensorflow_only(bundles):
    with pytest.raises(BundleError, match="run_eagerly .* the runtime must be tensorflow, got onnx"):
        PointsScenario.create_predictor(bundles[0], in_process(runtime="onnx", run_eagerly=True))


WITHOUT = """
    import sys

    for name in ("tensorflow", "keras", "tensorboard", "rich", "h5py", "cattrs"):
        sys.modules[name] = None
    import attrs, hashlib, json, logging, numpy, onnxruntime, pathlib  # which may load anything
    before = set(sys.modules)
    from tfaip.model.testing.points.params import PointsGeneratorParams
    from tfaip.pipeline import Sample
    from tfaip.predict import Predictor, PredictorParams

    params = PredictorParams()
    params.pipeline.num_processes = 0
    predictor = Predictor.from_path(sys.argv[1], params)
    samples = list(predictor.predict(PointsGeneratorParams(count=3)))
    slow = {"difflib", "shutil", "socket", "subprocess", "sysconfig", "tempfile", "uuid"}
    print(slow & (sys.modules.keys() - before))
    with predictor.raw() as raw:
        assert raw(Sample(inputs=samples[0].inputs)).outputs["name"] == samples[0].outputs["name"]
    print(len(samples))
"""


def test_a_bundle_predicts_without_tensorflow_keras_and_other_slow_imports(bundles):
    words = [sys.executable, "-c", textwrap.dedent(WITHOUT), str(bundles[0])]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("set()\n3\n", "")
