"""Programs recognised behind words that only run them."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tfaip.experimenter.commands.command_words import (
    is_resume_command,
    is_train_command,
    restart_words,
    resume_words,
    with_folder,
)
from tfaip.experimenter.sheet.rows import read_sheet

MakeWorkbook = Callable[..., Path]

TRAINS = (
    "",
    "/opt/venv/bin/",
    "srun -n 1 ",
    "srun --ntasks=1 --gres gpu:1 -p long ",
    "uv run ",
    "uv run --extra gpu --python 3.12 -- ",
    "uvx --from tfaip ",
    "env A=1 B=two ",
    "env -u A -i B=2 ",
    "nice -n 5 ",
    "nice -5 ",
    "nohup ",
    "time ",
    "time -p ",
    "timeout -k 5 2h ",
    "timeout 2h nice -n 5 ",
    "taskset -c 0-3 ",
    "taskset 0x3 ",
    "conda run -n x ",
    "conda run -n env --no-capture-output ",
    "/opt/conda/bin/conda run -p /opt/env ",
    "poetry run ",
    "apptainer exec --nv image.sif ",
    "mpirun -np 4 -x PATH ",
    "numactl --cpunodebind=0 ",
    "./on_cluster.sh ",
    "python launch.py ",
    "bash on_cluster.sh ",
    "nsys profile -o report ",
    "aws-vault exec me --duration 1h -- ",
    "gdb -q --args -- ",
    "nice -n 5 ./on_cluster.sh ",
)
MODULES = (
    "python -m ",
    "python3.12 -X dev -u -m ",
    "srun -n 1 python -m ",
    "uv run --no-sync /venv/bin/python -W ignore -m ",
    "env A=1 conda run -n x python -m ",
)
OTHERS = (
    "echo tfaip-train",
    "nice echo tfaip-train",
    "env A=1 echo tfaip-train",
    "srun -n 1 echo tfaip-train",
    "python train.py --name tfaip-train",
    "python -c 'import x' tfaip-train",
    "train --name tfaip-train",
    "which tfaip-train",
    "nice",
    "python -m",
    "env A=1",
    "my-tfaip-train x",
    "train --name x tfaip-train",
    "train -n tfaip-train",
    "tool -- other tfaip-train",
    "grep tfaip-train log",
)


@pytest.mark.parametrize("words", TRAINS)
def test_a_training_is_resumed_by_the_same_words(words: str) -> None:
    line = shlex.split(f"{words}tfaip-train my.scenario --a tfaip-train")
    assert is_train_command(line)
    assert not is_resume_command(line)
    assert shlex.join(resume_words(line, "out", ["--b"])) == f"{words}tfaip-resume-training out --b"
    assert restart_words(line) == [*line, "--trainer.overwrite"]
    assert is_resume_command(shlex.split(f"{words}tfaip-resume-training out"))


@pytest.mark.parametrize("words", MODULES)
def test_a_module_that_trains_is_resumed_by_its_sister(words: str) -> None:
    line = shlex.split(f"{words}tfaip.cli.train my.scenario")
    assert is_train_command(line)
    assert shlex.join(resume_words(line, "out")) == f"{words}tfaip.cli.resume_training out"


@pytest.mark.parametrize("line", OTHERS)
def test_other_programs_are_no_training(line: str) -> None:
    words = shlex.split(line)
    assert not is_train_command(words)
    assert restart_words(words) == words


def test_a_resume_command_of_two_words_goes_on_in_the_folder_of_the_row(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["SCRIPT", "ID", "PARAMS"],
        [None, None, "trainer"],
        [None, None, "output_dir", "epochs"],
        ["tfaip-resume-training examples.tutorial.min", 1, "out/1", 9],
        ["nice -n 5 tfaip-resume-training examples.tutorial.min --device.gpus 1", 2, "out/2"],
        ["python -m tfaip.cli.resume_training examples.tutorial.min", 3, "out/3"],
        ["tfaip-resume-training --trust mine", 4, "out/4"],
    )
    assert [shlex.join(row.words) for row in read_sheet(path).rows] == [
        "tfaip-resume-training out/1 --trainer.epochs 9",
        "nice -n 5 tfaip-resume-training out/2 --device.gpus 1",
        "python -m tfaip.cli.resume_training out/3",
        "tfaip-resume-training out/4 --trust mine",
    ]


def test_options_in_the_command_change_a_run_that_goes_on(workbook: MakeWorkbook) -> None:
    path = workbook(
        ["COMMAND", "SCENARIO", "ID", "PARAMS"],
        [None, None, None, "trainer"],
        [None, None, None, "output_dir", "epochs"],
        ["tfaip-train my.scenario --seed 3", None, 1, "out/1", 9],
        ["uv run tfaip-train --seed 3", "my.scenario", 2, "out/2"],
        ["train my.scenario --seed 3", None, 3, "out/3", 9],
    )
    assert [row.arguments for row in read_sheet(path).rows] == [
        ("--seed", "3", "--trainer.epochs", "9"),
        ("--seed", "3"),
        ("--trainer.epochs", "9"),
    ]


def test_python_replaces_the_interpreter_behind_other_words(workbook: MakeWorkbook) -> None:
    from tfaip.experimenter.commands.plan import read_plan

    scripts = Path(sys.executable).parent
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [],
        [],
        ["nice -n 5 python -c pass", 1],
        ["env A=1 pytest --version", 2],
        ["timeout 1h train.py x", 3],
        ["nice echo python", 4],
    )
    assert [list(run.words) for run in read_plan(path, python=sys.executable).runs] == [
        ["nice", "-n", "5", sys.executable, "-c", "pass"],
        ["env", "A=1", sys.executable, str(scripts / "pytest"), "--version"],
        ["timeout", "1h", sys.executable, "train.py", "x"],
        ["nice", "echo", "python"],
    ]


@pytest.mark.parametrize("scenario", ["lab_of_row.task", "lab_of_row.task:Task", "lab_of_row/task.py", "./lab_of_row/"])
def test_a_run_of_a_scenario_in_the_current_folder_goes_on_with_its_word_of_trust(scenario, tmp_path, monkeypatch):
    (tmp_path / "lab_of_row").mkdir()
    (tmp_path / "lab_of_row" / "task.py").touch()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path / "config"))
    resumed = resume_words(["tfaip-train", scenario, "--a", "1"], "out", ["--b"])
    assert resumed == ["tfaip-resume-training", "out", "--b", "--trust", "lab_of_row"]
    in_a_cell = with_folder(["tfaip-resume-training", scenario, "--a"], "out")
    assert in_a_cell == ["tfaip-resume-training", "out", "--a", "--trust", "lab_of_row"]


def test_what_a_row_trusts_is_trusted_when_it_goes_on():
    words = ["tfaip-train", "tfaip.model.testing.points", "--trust", "lab_a", "lab_b", "--c", "1", "--trust=lab_c"]
    trusted = ["--trust", "lab_a", "--trust", "lab_b", "--trust", "lab_c"]
    assert resume_words(words, "out") == ["tfaip-resume-training", "out", *trusted]


def test_a_resumed_run_writes_its_bundles_where_the_row_says() -> None:
    words = ["tfaip-train", "--trainer.best-dir", "../models", "--trainer.export_dir=../last", "--trainer.epochs", "3"]
    places = ["--trainer.best-dir", "../models", "--trainer.export_dir=../last"]
    assert resume_words(words, "out") == ["tfaip-resume-training", "out", *places]
    changed = ["--trainer.best_dir", "other"]
    assert resume_words(words, "out", changed) == ["tfaip-resume-training", "out", *changed, places[2]]
