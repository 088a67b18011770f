"""The commands as a user runs them: what they say, and with which exit code they end."""

import importlib
import runpy
import sys

import pytest

from commands import COMMANDS, TUTORIAL, run


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_shows_its_usage(command, capsys):
    main = COMMANDS[command].load()
    with pytest.raises(SystemExit) as asked:
        main(["--help"])
    shown = capsys.readouterr().out
    assert asked.value.code == 0
    assert shown.startswith(f"usage: {command} ")
    with pytest.raises(SystemExit) as bare:
        main([])
    assert bare.value.code == 2
    assert capsys.readouterr().err


@pytest.mark.parametrize("command", COMMANDS)
def test_each_command_runs_as_a_module(command, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", [command, "--help"])
    # `runpy` warns of a module that other tests have imported, and runs it again.
    monkeypatch.delitem(sys.modules, COMMANDS[command].module, raising=False)
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(COMMANDS[command].module, run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {command} ")


FORMER_MODULES = ["adapt_exported_model", "benchmark_input_pipeline", "resume_training", "train", "train_from_params"]


@pytest.mark.parametrize("name", FORMER_MODULES)
def test_a_former_module_of_a_command_has_and_runs_it(name, capsys, monkeypatch):
    command = f"tfaip-{name.replace('_', '-')}"
    assert importlib.import_module(f"tfaip.cli.{name}").main is COMMANDS[command].load()
    monkeypatch.setattr("sys.argv", [command, "--help"])
    monkeypatch.delitem(sys.modules, f"tfaip.cli.{name}")
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"tfaip.cli.{name}", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {command} ")


OF_PACKAGES = {
    ("model", ()): "tfaip-adapt-exported-model",
    ("predict", ()): "tfaip-predict",
    ("predict", ("multi-lav",)): "tfaip-multi-lav",
    ("predict", ("evaluate",)): "tfaip-evaluate",
    ("trainer", ()): "tfaip-train",
    ("trainer", ("resume-training",)): "tfaip-resume-training",
    ("experimenter", ()): "tfaip-experimenter",
}


@pytest.mark.parametrize(("package", "words"), OF_PACKAGES)
def test_a_package_runs_as_a_module(package, words, capsys, monkeypatch):
    monkeypatch.setattr("sys.argv", ["-m", *words, "--help"])
    with pytest.raises(SystemExit) as ended:
        runpy.run_module(f"tfaip.{package}", run_name="__main__")
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith(f"usage: {OF_PACKAGES[package, words]} ")


def test_the_help_of_a_scenario_shows_its_arguments_with_their_defaults():
    done = run("tfaip-train", TUTORIAL, "--help", "all")
    assert done.returncode == 0
    for argument in ("--trainer.epochs INT", "--model.filters INT", "--optimizer.beta_1 FLOAT", "--dataset STR"):
        assert argument in done.stdout
    assert "default: mnist_5k" in done.stdout
    assert max(len(line) for line in done.stdout.splitlines()) <= 80


def test_short_help_is_half_as_long_and_begins_with_short_forms():
    short, full = run("tfaip-train", TUTORIAL, "--help").stdout, run("tfaip-train", TUTORIAL, "--help", "all").stdout
    assert len(short.splitlines()) < len(full.splitlines()) / 2
    assert short.index("--epochs INT") < short.index("--batch_size INT") < short.index("--trainer.output_dir")
    assert "--model.filters" in short
    assert "--optimizer.beta_1" not in short


def test_the_help_shows_the_arguments_of_the_selected_classes():
    done = run("tfaip-train", TUTORIAL, "--optimizer", "SGD", "--help")
    assert "--optimizer.momentum" in done.stdout
    assert "--optimizer.beta_1" not in done.stdout


@pytest.mark.parametrize("arguments", [[TUTORIAL, "--help"], [TUTORIAL, "--trainer.epoch", "1"], ["no.such.scenario"]])
def test_tensorflow_is_not_imported_before_anything_is_computed(tmp_path, arguments):
    # A module of that name that cannot be imported stands before the real one.
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise AssertionError('imported')")
    done = run("tfaip-train", *arguments, PYTHONPATH=str(tmp_path))
    assert "imported" not in done.stderr
    assert done.returncode == (0 if "--help" in arguments else 2)


MISTAKES = {
    "wrong argument": (["tfaip-train", TUTORIAL, "--trainer.epoch", "3"], ["--trainer.epoch", "--trainer.epochs"]),
    "wrong value": (
        ["tfaip-train", TUTORIAL, "--trainer.epochs", "many"],
        ["--trainer.epochs: must be a whole number, got 'many'"],
    ),
    "misspelt class": (["tfaip-train", TUTORIAL, "--optimizer", "Adm"], ["--optimizer", "'Adm'", "Adam"]),
    "misspelt scenario class": (
        ["tfaip-train", f"{TUTORIAL}.scenario:TutorialScenari"],
        ["no scenario 'TutorialScenari'", "it holds TutorialScenario"],
    ),
    "missing module": (
        ["tfaip-train", "examples.tutorial.mim"],
        ["no module", "did you mean 'examples.tutorial.min'?"],
    ),
    "no scenario in the module": (["tfaip-train", "examples.tutorial.min.data"], ["holds no scenario"]),
    "unwritable folder": (
        ["tfaip-train", TUTORIAL, "--trainer.output_dir", "/dev/null/run"],
        ["the output folder /dev/null/run cannot be written: Not a directory"],
    ),
    "not a data set": (
        ["tfaip-train", TUTORIAL, "--dataset", "mnist_6k"],
        ["mnist_5k, mnist, fashion_mnist or the path of an .npz file, and there is no file mnist_6k"],
    ),
    "impossible number": (
        ["tfaip-train", TUTORIAL, "--trainer.epochs", "0"],
        ["--trainer.epochs: must be >= 1, got 0"],
    ),
    "impossible batch": (["tfaip-train", TUTORIAL, "--train.batch_size", "0"], ["batch_size must be >= 1, got 0"]),
    "GPU that is not there": (["tfaip-train", TUTORIAL, "--device.gpus", "77"], ["names GPU 77"]),
    "not a bundle": (["tfaip-predict", "--export_dir", "examples"], ["examples is no bundle"]),
    "missing bundle": (["tfaip-predict", "--export_dir", "no/such"], ["a bundle is a folder", "no/such is not there"]),
    "no bundle named": (["tfaip-predict", "--data.split", "test"], ["expects --export_dir FOLDER"]),
    "not a run": (["tfaip-resume-training", "examples"], ["examples is not the folder of a run"]),
}


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.takes_long
def test_a_mistake_is_one_short_message_and_exit_code_2(name, tmp_path):
    arguments, words = MISTAKES[name]
    done = run(*arguments)
    assert done.returncode == 2, done.stderr
    assert "Traceback" not in done.stderr
    for word in words:
        assert word in " ".join(done.stderr.split())
    message = [line for line in done.stderr.splitlines() if line.strip()]
    assert len(message) <= (6 if name != "no bundle named" else 12), done.stderr


@pytest.mark.takes_long
def test_the_summary_shows_the_graph_and_trains_nothing(tmp_path):
    done = run("tfaip-train", TUTORIAL, "--summary", "--trainer.output_dir", str(tmp_path / "run"), COLUMNS="80")
    assert done.returncode == 0, done.stderr
    assert "├ conv_2  Conv2D         (?, 14, 14, 32)" in done.stdout
    assert "204,282 trainable parameters, 798 KiB" in done.stdout
    assert max(map(len, done.stdout.splitlines())) <= 80
    assert not (tmp_path / "run").exists()


def test_the_input_pipeline_is_measured_without_tensorflow(tmp_path):
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise AssertionError('imported')")
    done = run("tfaip-benchmark-input-pipeline", TUTORIAL, "--time_limit", "0.2", PYTHONPATH=str(tmp_path))
    assert done.returncode == 0, done.stderr
    assert "TutorialGenerator" in done.stdout
    assert "samples/s, first batch after" in done.stdout


def test_a_mistake_in_the_code_of_a_scenario_is_named_with_its_line(tmp_path):
    (tmp_path / "broken_scenario.py").write_text("from tfaip.model import ScenarioBase\n1 / 0\n")
    done = run("tfaip-train", "broken_scenario", cwd=tmp_path)
    assert done.returncode == 2
    assert "broken_scenario.py:2: ZeroDivisionError: division by zero" in done.stderr
    assert "Traceback" not in done.stderr


WRONG_DEFAULT = """
from tfaip.model.testing.points.params import PointsDataParams, PointsModelParams, PointsScenarioParams
from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import params

@params
class WrongModelParams(PointsModelParams):
    smooth: tuple[int, int, int] = (4, 1.0, 0.3)

class WrongDefault(PointsScenario):
    @classmethod
    def default_params(cls):
        return PointsScenarioParams(model=WrongModelParams())
"""


def test_a_default_that_cannot_be_loaded_again_is_refused_before_tensorflow_loads(tmp_path):
    (tmp_path / "wrong_default.py").write_text(WRONG_DEFAULT)
    for name in ("tensorflow", "keras"):
        (tmp_path / f"{name}.py").write_text("raise AssertionError('imported')")
    done = run("tfaip-train", "wrong_default", "--trainer.output_dir", "run", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    field = "wrong_default:WrongModelParams.smooth: the default: expects int, got 1.0"
    assert (done.returncode, done.stderr.splitlines()[0]) == (2, f"tfaip-train: error: {field}")
    assert not (tmp_path / "run").exists()


def test_the_schedule_is_drawn_without_training():
    schedule = ["--trainer.learning_rate", "WarmupCosine", "--trainer.learning_rate.lr", "0.01"]
    done = run("tfaip-train", TUTORIAL, "--show-schedule", *schedule, "--trainer.epochs", "50")
    assert done.returncode == 0, done.stderr
    assert "█" in done.stdout
    assert "WarmupCosine: first 0.001, highest 0.01" in done.stdout
    assert done.stdout.splitlines()[-1].strip().startswith("WarmupCosine: ")


def test_a_drawn_schedule_says_what_will_not_happen():
    schedule = ["--trainer.learning_rate", "WarmupDecay", "--trainer.learning_rate.step_function", "False"]
    done = run("tfaip-train", TUTORIAL, "--show-schedule", *schedule, "--trainer.epochs", "5")
    assert done.returncode == 0, done.stderr
    last = done.stdout.splitlines()[-1]
    assert last.startswith(
        "The warm-up of 10 epochs (warmup_epochs) does not reach the learning rate 0.001 within the 5"
    )
