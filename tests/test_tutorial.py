"""The minimal tutorial as the README shows it: trained by the command, deployed from Python."""

import json
import re
import subprocess
import sys

import numpy as np
import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from commands import TUTORIAL, run, run_with_tensorflow
from examples.tutorial.min.datasets import load_dataset
from examples.tutorial.min.scenario import TutorialScenario
from readme_code import run_python_blocks
from tfaip.pipeline import Sample
from tfaip.predict import PredictorParams


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of a run with the tutorial's defaults."""
    folder = tmp_path_factory.mktemp("tutorial") / "runs" / "min"
    done = run("tfaip-train", TUTORIAL, "--trainer.output_dir", str(folder), "--trainer.random_seed", "1")
    assert done.returncode == 0, done.stderr
    return folder, done.stderr


def metrics_of(folder):
    return [json.loads(line) for line in (folder / "metrics.jsonl").read_text().splitlines()]


def test_the_default_epochs_reach_95_percent_on_the_held_out_digits(trained):
    folder, _ = trained
    metrics = metrics_of(folder)
    assert len(metrics) == TutorialScenario.default_trainer_params().epochs
    assert metrics[-1]["val_acc"] >= 0.95


def test_the_console_shows_results_and_predictions_in_words(trained):
    _, console = trained
    assert len(re.findall(r"Results of epoch +\d+ acc: 0\.\d+ - cross_entropy: [\d.]+ - loss: ", console)) == 10
    assert len(re.findall(r"predicted \d with probability [\d.]+%: right", console)) > 50
    assert re.search(r"Epoch 10/10 took .*, [\d,]+ samples/s, data wait \d+%", console)


def test_tensorboard_shows_loss_and_accuracy_of_training_and_validation(trained):
    folder, _ = trained
    for run_name in ("train", "validation"):
        events = EventAccumulator(str(folder / "events" / run_name))
        events.Reload()
        assert {"loss", "acc"} <= set(events.Tags()["tensors"])
        assert len(events.Tensors("acc")) == 10


@pytest.mark.takes_long
def test_the_installed_tensorboard_starts():
    done = subprocess.run([sys.executable, "-m", "tensorboard.main", "--version"], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


def test_the_best_bundle_predicts_raw_samples(trained):
    folder, _ = trained
    images, classes = load_dataset("mnist_5k", "test")
    predictor = TutorialScenario.create_predictor(folder / "best", PredictorParams())
    samples = list(predictor.predict_raw(Sample(inputs={"img": image}) for image in images))
    predicted = [sample.outputs["class"] for sample in samples]
    assert np.mean(predicted == classes) == pytest.approx(max(line["val_acc"] for line in metrics_of(folder)))
    for sample in samples[:10]:
        assert sample.outputs["pred"].shape == (10,)
        assert sample.outputs["pred"].sum() == pytest.approx(1, abs=1e-5)
        assert sample.outputs["logits"].argmax() == sample.outputs["class"]


@pytest.mark.takes_long
def test_the_bundle_predicts_from_the_command_line(trained):
    folder, _ = trained
    done = run_with_tensorflow("tfaip-predict", "--export_dir", str(folder / "best"), "--predict.include_targets")
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert len(lines) == 1000
    assert sum(line.endswith(": right") for line in lines) >= 950


@pytest.mark.parametrize(
    "readme",
    [
        "README.md",
        "examples/tutorial/min/README.md",
        "docs/deployment.md",
        "docs/security.md",
    ],
)
@pytest.mark.takes_long
def test_the_python_blocks_of_a_readme_run_on_the_trained_model(trained, readme):
    folder, _ = trained
    done = run_python_blocks(readme, cwd=folder.parents[1])
    assert done.returncode == 0, done.stderr


@pytest.mark.takes_long
def test_a_finished_run_is_trained_longer_by_resuming(trained):
    folder, _ = trained
    done = run_with_tensorflow("tfaip-resume-training", str(folder / "trainer_params.json"), "--trainer.epochs", "11")
    assert done.returncode == 0, done.stderr
    assert [line["epoch"] for line in metrics_of(folder)] == list(range(1, 12))


@pytest.mark.takes_long
def test_stored_parameters_are_trained_with_again(trained, tmp_path):
    folder, _ = trained
    changes = [
        "--trainer.output_dir",
        str(tmp_path / "again"),
        "--trainer.epochs",
        "1",
        "--trainer.export_best",
        "False",
    ]
    done = run_with_tensorflow("tfaip-train-from-params", str(folder / "trainer_params.json"), *changes)
    assert done.returncode == 0, done.stderr
    assert metrics_of(tmp_path / "again")[0]["loss"] == metrics_of(folder)[0]["loss"]


def test_training_into_a_folder_that_holds_a_run_is_refused(trained):
    folder, _ = trained
    done = run("tfaip-train", TUTORIAL, "--trainer.output_dir", str(folder))
    assert done.returncode == 2
    assert "holds a run already" in done.stderr
    assert "Loading TensorFlow" not in done.stderr  # it says so at once
