"""The full tutorial, as its README shows it."""

import json

import pytest
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

from commands import run_with_tensorflow
from examples.tutorial.full.params import TutorialFullModelParams
from examples.tutorial.full.write_samples import write_samples
from tfaip.params import LoadError, from_dict

SCENARIO = "examples.tutorial.full"
SMALL = [
    "--trainer.epochs",
    "1",
    "--trainer.samples_per_epoch",
    "320",
    "--val.limit",
    "64",
    "--trainer.random_seed",
    "1",
]

LINES = {
    "MLP relu": "--model.graph MLP --model.graph.nodes 200 100 50 --model.graph.activation relu",
    "MLP tanh": "--model.graph MLP --model.graph.nodes 200 100 50 --model.graph.activation tanh",
    "CNN": "--model.graph CNN --model.graph.filters 40 20 --model.graph.dense 100",
    "RMSprop": "--trainer.optimizer RMSprop --trainer.optimizer.beta1 0.01 --trainer.optimizer.clip_global_norm 1",
}


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """Folder of a run of a few steps, with an evaluation of both splits."""
    folder = tmp_path_factory.mktemp("full") / "run"
    done = run_with_tensorflow(
        "tfaip-train", SCENARIO, *SMALL, "--trainer.output_dir", str(folder), "--trainer.lav_every_n", "1"
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.mark.parametrize("line", LINES)
@pytest.mark.takes_long
def test_the_command_lines_of_the_readme_train(line):
    done = run_with_tensorflow("tfaip-train", SCENARIO, *LINES[line].split(), *SMALL)
    assert done.returncode == 0, done.stderr
    assert "Results of epoch    1 acc: " in done.stderr


def test_a_gpu_that_is_not_there_is_one_sentence():
    done = run_with_tensorflow("tfaip-train", SCENARIO, "--device.gpus", "77")
    assert done.returncode == 2
    assert "device.gpus names GPU 77" in done.stderr
    assert len(done.stderr.splitlines()) <= 3


def test_both_lists_are_evaluated_in_training(trained):
    (line,) = [json.loads(line) for line in (trained / "metrics.jsonl").read_text().splitlines()]
    for name in (
        "val_acc",
        "val_top_2",
        "val_even_auc",
        "val_digit",
        "val_parity",
        "lav_l0_accuracy",
        "lav_l1_accuracy",
    ):
        assert 0 <= line[name] < 10


def test_tensorboard_shows_digits_the_curve_and_what_is_confused(trained):
    for name in ("train", "validation"):
        events = EventAccumulator(str(trained / "events" / name))
        events.Reload()
        tags = " ".join(str(tags) for tags in events.Tags().values())
        for tag in ("digits", "even_curve", "confusion"):
            assert tag in tags


def test_image_files_are_predicted(trained, tmp_path):
    paths = write_samples(tmp_path / "digits", 5)
    done = run_with_tensorflow(
        "tfaip-predict", "--export_dir", str(trained / "best"), "--data.image_files", *map(str, paths)
    )
    assert done.returncode == 0, done.stderr
    lines = done.stdout.splitlines()
    assert [line.split(": ")[0] for line in lines] == [str(path) for path in paths]


@pytest.mark.takes_long
def test_a_file_that_is_no_image_is_named_or_skipped(trained, tmp_path):
    good, cut_off, other = write_samples(tmp_path, 3)
    cut_off.write_bytes(cut_off.read_bytes()[:60])
    words = ["--export_dir", str(trained / "best"), "--data.image_files", *map(str, (good, cut_off, other))]
    done = run_with_tensorflow("tfaip-predict", *words)
    assert done.returncode == 2
    assert f"{cut_off} cannot be read as an image" in done.stderr
    done = run_with_tensorflow("tfaip-predict", *words, "--on_error", "skip")
    assert done.returncode == 0, done.stderr
    assert [line.split(": ")[0] for line in done.stdout.splitlines()] == [str(good), str(other)]
    assert "Predicted samples: 2, dropped or skipped: 1" in done.stderr


@pytest.mark.takes_long
def test_two_models_vote(trained):
    bundles = [str(trained / "best"), str(trained / "export")]
    done = run_with_tensorflow(
        "tfaip-predict", "--export_dir", *bundles, "--data.split", "test", "--predict.pipeline.limit", "8"
    )
    assert done.returncode == 0, done.stderr
    assert len(done.stdout.splitlines()) == 8


def test_only_layers_that_give_what_the_model_needs_can_be_selected():
    with pytest.raises(LoadError, match=r"\$\.graph\.__cls__: Dense isn't supported here, allowed: MLP, CNN$"):
        from_dict(TutorialFullModelParams, {"graph": "Dense"})
