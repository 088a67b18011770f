"""A bundle where neither model nor graph nor trainer is: moved, loaded in a fresh process, and adapted by command."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from codec_project.scenario import CodecScenario

from commands import run
from tfaip.model import load_prediction_function
from tfaip.model.testing import ScenarioChecks

PROJECT = Path(__file__).parent / "codec_project"
CODEC = "abc\n"


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    """A trained bundle, at another place than it was written to, its codec gone; and the parameters of the run."""
    folder = tmp_path_factory.mktemp("codec")
    (folder / "codec.txt").write_text(CODEC)
    params = CodecScenario.default_trainer_params()
    params.output_dir, params.epochs, params.random_seed, params.progress = folder / "run", 1, 1, "off"
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.scenario.data.codec = str(folder / "codec.txt")
    CodecScenario.create_trainer(params).train()
    moved = folder / "moved" / "bundle"
    shutil.copytree(params.output_dir / "export", moved)
    shutil.rmtree(params.output_dir)
    (folder / "codec.txt").unlink()
    return moved


# Nothing but the parameters, the data and its processors can be imported: of the scenario, and of tfaip with Keras.
FRESH = """
import json, sys
BLOCKED = ("codec_project.model", "codec_project.graph", "codec_project.scenario", "tfaip.trainer", "tfaip.cli",
           "tfaip.experimenter", "tfaip.model.model_metrics", "tfaip.model.runtime.graph_run")
class Finder:
    def find_spec(self, name, path=None, target=None):
        if any(f"{name}.".startswith(f"{blocked}.") for blocked in BLOCKED):
            raise AssertionError(f"{name} was imported")
# TensorFlow looks whether Keras is there, and does without.
sys.modules["keras"] = None
sys.meta_path.insert(0, Finder())
from tfaip.pipeline import Sample
from tfaip.predict import Predictor, PredictorParams
params = PredictorParams()
params.pipeline.num_processes = int(sys.argv[2])
predictor = Predictor.from_path(sys.argv[1], params)
samples = predictor.predict_raw([Sample(inputs=inputs) for inputs in json.loads(sys.argv[3])])
print(json.dumps([[s.outputs["logits"].tolist(), s.outputs["text"]] for s in samples]))
"""


@pytest.mark.parametrize("processes", [0, 1])
@pytest.mark.takes_long
def test_a_bundle_predicts_where_only_params_data_and_processors_are(exported, tmp_path, processes):
    site = tmp_path / "site" / "codec_project"
    site.mkdir(parents=True)
    for name in ("__init__.py", "params.py", "data.py", "processors.py"):
        shutil.copy(PROJECT / name, site)
    inputs = np.random.default_rng(3).normal(size=(7, 3)).astype(np.float32)
    done = subprocess.run(
        [sys.executable, "-c", FRESH, str(exported), str(processes), json.dumps(inputs.tolist())],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(site.parent)},
    )
    assert done.returncode == 0, done.stderr
    predicted = json.loads(done.stdout)
    assert len(predicted) == 7
    scenario = CodecScenario.from_path(exported)
    graph = _graph_with_the_weights_of(exported, scenario)
    expected = np.asarray(graph.build_prediction_graph({"x": inputs})["logits"])
    assert expected.shape == (7, 3)
    np.testing.assert_allclose([logits for logits, _ in predicted], expected, atol=1e-6)
    assert [text for _, text in predicted] == [CODEC[row.argmax()] for row in expected]


def _graph_with_the_weights_of(path, scenario):
    from tfaip.model import load_weights

    graph = scenario.create_model().build_graph(scenario.data)
    weights = load_weights(path)
    for variable in graph.weights:
        variable.assign(weights[variable.path])
    return graph


@pytest.mark.takes_long
def test_the_command_adapts_a_bundle_and_tells_what_has_changed(exported, tmp_path):
    yesterday = Path(shutil.copytree(exported, tmp_path / "bundle"))
    stored = json.loads((yesterday / "scenario_params.json").read_text())
    stored["model"]["gone"] = 1
    (yesterday / "scenario_params.json").write_text(json.dumps(stored))
    arguments = ["--export_dir", str(yesterday), "--output", str(tmp_path / "adapted")]
    done = run("tfaip-adapt-exported-model", *arguments, PYTHONPATH=str(PROJECT.parent))
    assert done.returncode == 0, done.stderr
    assert "$.model.gone" in done.stdout
    assert f"{tmp_path / 'adapted'} is a bundle of today's code" in done.stdout
    x = {"x": np.ones((2, 3), np.float32)}
    one, other = (load_prediction_function(path)(x)["logits"] for path in (exported, tmp_path / "adapted"))
    np.testing.assert_allclose(one, other, atol=1e-6)
    again = run("tfaip-adapt-exported-model", *arguments, PYTHONPATH=str(PROJECT.parent))
    assert again.returncode == 2
    assert "the output must be a folder that is not there yet" in again.stderr


class TestCodec(ScenarioChecks):
    scenario = CodecScenario

    @classmethod
    def change_trainer_params(cls, params):
        codec = cls._folder / "codec.txt"
        codec.write_text(CODEC)
        params.scenario.data.codec = str(codec)
