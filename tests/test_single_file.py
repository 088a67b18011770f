"""A scenario in one file: short, light, and whole with every command. The commands share the process of the tests."""

import logging
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from commands import ROOT, run
from tfaip.cli.new import write_scenario
from tfaip.params.trust import remembered, searched_last
from tfaip.predict.cli.lav import main as lav
from tfaip.predict.cli.predict import main as predict
from tfaip.trainer.cli.resume_training import main as resume
from tfaip.trainer.cli.train import main as train

DIGITS = ROOT / "examples/tutorial/digits.py"
SHORT = ["--trainer.epochs", "1", "--trainer.samples_per_epoch", "64", "--train.num_processes", "1"]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The current folder, with nothing left of its modules and of the commands' logging afterwards."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("CI", "1")  # nothing is remembered
    monkeypatch.setattr(sys, "path", list(sys.path))
    monkeypatch.setattr(sys, "meta_path", list(sys.meta_path))
    monkeypatch.setattr(searched_last._InstalledFirst, "folders", dict(searched_last._InstalledFirst.folders))
    monkeypatch.setattr(remembered, "_named", set())
    before = set(sys.modules)
    logger = logging.getLogger("tfaip")
    monkeypatch.setattr(logger, "handlers", list(logger.handlers))
    monkeypatch.setattr(logger, "level", logger.level)
    monkeypatch.setattr(logger, "propagate", logger.propagate)
    yield tmp_path
    logger.manager._clear_cache()
    for name in set(sys.modules) - before:
        if getattr(sys.modules[name], "__file__", None) and str(tmp_path) in sys.modules[name].__file__:
            del sys.modules[name]


def test_the_digits_take_sixty_lines():
    assert len(DIGITS.read_text().splitlines()) <= 60


def test_help_and_workers_load_no_tensorflow():
    code = (
        "import sys\n"
        "from tfaip.trainer.cli.train import main\n"
        "try:\n    main(['examples/tutorial/digits.py', '--help'])\n"
        "except SystemExit:\n    print('tensorflow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert "--model.filters INT" in done.stdout
    assert done.stdout.endswith("False\n")


@pytest.mark.takes_long
def test_digits_are_trained_resumed_validated_and_predicted(folder, capsys, caplog):
    train([str(DIGITS), "--trainer.output_dir", "run", *SHORT])
    assert "Worker processes are slow to start" not in caplog.text
    resume(["run", "--trainer.epochs", "2"])
    assert len((folder / "run/metrics.jsonl").read_text().splitlines()) == 2
    capsys.readouterr()
    lav(["--export_dir", "run/best", "--pipeline.num_processes", "0"])
    assert "acc" in capsys.readouterr().out
    predict(["--export_dir", "run/export", "--pipeline.num_processes", "0"])


@pytest.mark.takes_long
def test_digits_pass_the_check(folder, capsys):
    train([str(DIGITS), "--check", "--train.num_processes", "0", "--val.num_processes", "0"])
    assert "✓ export" in capsys.readouterr().out


def test_a_bundle_of_one_file_is_read_elsewhere_with_that_file(folder, monkeypatch, capsys):
    file = write_scenario("my_ring", "single", folder)
    train(["my_ring.py", "--trainer.output_dir", "run", *SHORT])
    for name in [name for name in sys.modules if name == "my_ring"]:
        del sys.modules[name]
    elsewhere = folder / "elsewhere"
    shutil.copytree(folder / "run/export", elsewhere / "bundle")
    (folder / "copies").mkdir()
    file.rename(folder / "copies/my_ring.py")
    monkeypatch.chdir(elsewhere)
    sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != folder]
    with pytest.raises(SystemExit):
        predict(["--export_dir", "bundle"])
    told = " ".join(capsys.readouterr().err.split())
    assert "no source of a module 'my_ring'" in told
    assert "copy my_ring.py (or the folder my_ring) to this machine" in told
    predict(["--export_dir", "bundle", "--trust", "../copies/my_ring.py", "--pipeline.num_processes", "0"])


MISTAKES = {
    "unfinished.py": ("def f(:\n", "unfinished.py:1: SyntaxError: invalid syntax"),
    "fails.py": ("import os\nos.nothing\n", "fails.py:2: AttributeError: module 'os' has no attribute 'nothing'"),
    "lone.py": ("import os\n", "lone holds no scenario"),
    "random.py": ("", "random.py would be imported as 'random', but that is "),
}


@pytest.mark.parametrize("name", [*MISTAKES, "absent.py"])
def test_a_file_without_a_scenario_is_told_in_one_message(folder, capsys, name):
    text, message = MISTAKES.get(name, (None, "there is no file or folder absent.py"))
    if text is not None:
        (folder / name).write_text(text)
    with pytest.raises(SystemExit) as caught:
        train([name, "--help"])
    assert caught.value.code == 2
    assert message in capsys.readouterr().err


def test_a_file_that_imports_tensorflow_works_and_names_the_line(tmp_path):
    write_scenario("my_ring", "single", tmp_path)
    (tmp_path / "tensorflow.py").write_text("")  # stands for the slow one
    text = (tmp_path / "my_ring.py").read_text()
    (tmp_path / "my_ring.py").write_text(text.replace("import numpy as np", "import numpy as np\nimport tensorflow"))
    done = run("tfaip-train", "my_ring.py", "--help", cwd=tmp_path, PYTHONPATH=str(tmp_path))
    assert done.returncode == 0
    (warning,) = done.stderr.splitlines()
    assert warning.startswith("tfaip-train: warning: my_ring.py:")
    assert "(import tensorflow) loads TensorFlow, in " in warning
