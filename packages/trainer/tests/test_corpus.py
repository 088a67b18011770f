"""Files of earlier versions are read today."""

import json
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tfaip.trainer import ReduceOnPlateauParams, SGDParams, load_trainer_params

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())

each_version = pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)


@each_version
def test_parameters_load_by_their_former_tags(folder):
    subprocess.run([sys.executable, "-m", "tfaip.params.testing", folder / "classes.json"], check=True)


@each_version
def test_a_run_has_its_parameters(folder):
    params = load_trainer_params(folder / "run" / "trainer_params.json", output_dir="mine")
    assert params.optimizer == SGDParams(momentum=0.9, clip_norm=1.0)
    assert params.learning_rate == ReduceOnPlateauParams(lr=0.05)
    assert params.epochs == 6


@each_version
def test_a_run_that_was_killed_goes_on_to_the_end_that_it_would_have_had(
    folder, tmp_path, monkeypatch, metrics_of, resume
):
    monkeypatch.chdir(tmp_path)
    shutil.copytree(folder / "run", "run")
    (state,) = Path("run").glob("checkpoint/*/trainer_state.json")
    machine = json.loads(state.read_text(encoding="utf-8"))["state"]["machine"]
    # As many cores as then: the threads of this process, in which TensorFlow may run already, can stay.
    monkeypatch.setattr("tfaip.trainer.run.machine.available_cores", lambda: machine["intra_op_threads"])
    params = load_trainer_params("run/trainer_params.json")
    params.scenario.export_serve = False  # most of the test's time would be spent on it
    resume(params)
    expected = json.loads((folder / "metrics.json").read_text(encoding="utf-8"))
    found = metrics_of("run")
    assert [(line["epoch"], line["step"]) for line in found] == [(line["epoch"], line["step"]) for line in expected]
    for line, former in zip(found, expected, strict=True):
        former.pop("time")
        # Later versions log more.
        assert {name: line[name] for name in former} == pytest.approx(former, rel=1e-3)


@each_version
def test_a_training_starts_with_weights_of_a_bundle(folder, points_params, train):
    params = points_params(epochs=1)
    params.warmstart.model = str(folder / "run" / "best")
    # The bundle is of an epoch after the first one, which begins at a loss of about 1.1.
    assert train(params)["loss"] < 0.95
