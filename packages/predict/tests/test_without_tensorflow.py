"""Prediction where TensorFlow and Keras are missing: `nox -s onnx` runs these tests in such an environment.

Elsewhere they run with TensorFlow installed, but not asked for: `onnx` is the runtime, and no module of it is loaded.
"""

import json
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from predict_cases import POINTS, in_process, points
from tfaip.model import load_onnx_function
from tfaip.model.testing.points.data import DIRECTIONS
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import MissingExtraError
from tfaip.predict import DumpReader, LAVParams, MeanVoterParams, MultiLAVParams, MultiModelPredictorParams, Predictor
from tfaip.predict.cli import evaluate, lav, predict

BUNDLE = Path(__file__).parent / "onnx_bundle"
EXPECTED = json.loads((BUNDLE / "expected.json").read_text())
WITHOUT = find_spec("tensorflow") is None
only_without = pytest.mark.skipif(not WITHOUT, reason="TensorFlow is installed: nox -s onnx")


def onnx(**changes):
    return in_process(runtime="auto" if WITHOUT else "onnx", **changes)


def test_the_model_computes_what_tensorflow_has_computed():
    outputs = load_onnx_function(BUNDLE)({"point": np.stack([sample.inputs["point"] for sample in points()[:8]])})
    for name, values in EXPECTED.items():
        np.testing.assert_allclose(outputs[name], values, atol=1e-5)


def test_a_bundle_predicts_single_samples_too():
    predictor = Predictor.from_path(BUNDLE, onnx())
    samples = list(predictor.predict(POINTS))
    assert [DIRECTIONS[int(sample.outputs["class"])] for sample in samples] == [s.outputs["name"] for s in samples]
    assert [int(sample.outputs["class"]) for sample in samples[:8]] == EXPECTED["class"]
    with predictor.raw() as raw:
        assert raw(points()[0]).outputs["name"] == samples[0].outputs["name"]


def test_bundles_vote():
    params = MultiModelPredictorParams(voter=MeanVoterParams(), runtime=onnx().runtime)
    params.pipeline.num_processes = 0
    voted = PointsScenario.create_multi_predictor([BUNDLE, BUNDLE], params).predict(POINTS)
    assert [int(sample.outputs["class"]) for sample in voted][:8] == EXPECTED["class"]


def test_the_commands_dump_and_evaluate(tmp_path, capsys):
    words = ["--export_dir", str(BUNDLE), "--pipeline.num_processes", "0", "--data.count", "5"]
    runtime = onnx().runtime
    silent = ["--predict.silent", "--predict.include_targets", "--predict.runtime", runtime]
    predict.main([*words, *silent, "--dump", str(tmp_path / "dump")])
    assert len(list(DumpReader(tmp_path / "dump"))) == 5
    capsys.readouterr()
    evaluate.main(["--export_dir", str(BUNDLE), "--prediction", str(tmp_path / "dump"), "--json", "-"])
    evaluated = json.loads(capsys.readouterr().out)["evaluator"]
    lav.main([*words, "--json", "-", "--lav.runtime", runtime])
    (result,) = json.loads(capsys.readouterr().out)["data_sets"]
    assert result["evaluator"] == evaluated


@only_without
def test_losses_and_metrics_are_named_as_left_out():
    params = LAVParams()
    params.pipeline.num_processes = 0
    (result,) = PointsScenario.create_lav(BUNDLE, params).run([POINTS])
    assert result.metrics == {}
    assert result.not_computed == {"losses and metrics": "they need TensorFlow: pip install 'tfaip-predict[tf]'"}
    vote = MultiLAVParams(voter=MeanVoterParams())
    vote.pipeline.num_processes = 0
    (voted,) = PointsScenario.create_multi_lav([BUNDLE, BUNDLE], vote).run([POINTS])
    assert voted.evaluator == result.evaluator


@only_without
def test_the_first_use_of_tensorflow_says_how_to_add_it(capsys):
    import tfaip.model
    from tfaip.predict import graph_prediction_function

    with pytest.raises(MissingExtraError, match=r"export_bundle needs .*pip install 'tfaip-model\[tf\]'"):
        tfaip.model.export_bundle  # noqa: B018 - the name is loaded
    with pytest.raises(MissingExtraError, match=r"keras isn't installed: pip install 'tfaip-model\[tf\]'"):
        tfaip.model.keras.layers  # noqa: B018 - the attribute is looked up
    with pytest.raises(ModuleNotFoundError, match="tensorflow"):
        graph_prediction_function(None, PointsScenario.default_params().data.create())
    for words in (["--run_eagerly"], ["--predict.runtime", "tensorflow"]):
        with pytest.raises(SystemExit, match="2"):
            predict.main(["--export_dir", str(BUNDLE), *words])
        assert "the runtime tensorflow needs tensorflow: pip install 'tfaip-predict[tf]'" in capsys.readouterr().err


@only_without
def test_nothing_of_tensorflow_was_loaded():
    assert not {"tensorflow", "keras", "h5py", "tensorboard"} & sys.modules.keys()
