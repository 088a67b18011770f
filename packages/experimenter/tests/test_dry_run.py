"""`--dry_run`, and the command's own mistakes."""

from __future__ import annotations

import shlex
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeWorkbook = Callable[..., Path]

ROWS = (
    ["COMMAND", "SCENARIO", "ID", "PARAMS"],
    [None, None, None, "default"],
    [None, None, None, "text"],
    [f"{sys.executable} -c", "import sys; print(sys.argv[2])", 1, 'it\'s $HOME `x` "y"'],
    ["echo", None, "b", None],
)


def test_the_printed_lines_mean_the_same_to_a_shell(workbook: MakeWorkbook, command: Command) -> None:
    done = command("--xlsx", workbook(*ROWS), "--dry_run")
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert subprocess.run(["sh", "-c", first], capture_output=True, text=True).stdout == 'it\'s $HOME `x` "y"\n'
    assert second == "echo"


def test_the_real_workbook_prints_its_two_lines(real_workbook: Path, command: Command) -> None:
    done = command("--xlsx", real_workbook, "--dry_run")
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines() == [
        "tfaip-train examples.tutorial.full --trainer.epochs 2 --trainer.samples_per_epoch 20 "
        "--trainer.output_dir experimenter_test_files/1 --learning_rate.lr 0.01",
        "tfaip-train examples.tutorial.full --trainer.epochs 2 --trainer.samples_per_epoch 22 "
        "--trainer.output_dir experimenter_test_files/2 --val.limit 2",
    ]


def test_only_the_wanted_rows_are_printed(workbook: MakeWorkbook, command: Command) -> None:
    assert command("--xlsx", workbook(*ROWS), "--dry_run", "--only", "b").stdout == "echo\n"


def test_python_runs_the_rows_with_that_interpreter(workbook: MakeWorkbook, tmp_path: Path) -> None:
    from tfaip.experimenter.commands.plan import read_plan

    scripts = Path(sys.executable).parent
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [],
        [],
        ["python -c pass", 1],
        ["tools/train.py x", 2],
        ["pytest --version", 3],
        ["echo hello", 4],
    )
    plan = read_plan(path, python=sys.executable)
    assert [list(run.words) for run in plan.runs] == [
        [sys.executable, "-c", "pass"],
        [sys.executable, "tools/train.py", "x"],
        [sys.executable, str(scripts / "pytest"), "--version"],
        ["echo", "hello"],
    ]


MISTAKES = {
    "no workbook": (["--dry_run"], "--xlsx: expects the workbook of runs; make one with --init FILE SCENARIO"),
    "missing workbook": (["--xlsx", "no.xlsx", "--dry_run"], "there is no workbook no.xlsx"),
    "unknown id": (
        ["--xlsx", "runs.xlsx", "--dry_run", "--only", "1", "7"],
        '--only: sheet "runs" has no run with the ID 7; its IDs are 1, b',
    ),
    "no interpreter": (
        ["--xlsx", "runs.xlsx", "--dry_run", "--python", "no-such-python"],
        "--python: expects a Python interpreter, got no-such-python, which is no program",
    ),
    "unknown argument": (
        ["--xlsx", "runs.xlsx", "--dry_rn"],
        "--dry_rn: unknown argument\n  did you mean --dry_run?\nsee tfaip-experimenter --help",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_one_message_and_exit_code_2(name: str, workbook: MakeWorkbook, command: Command) -> None:
    workbook(*ROWS)
    words, message = MISTAKES[name]
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"tfaip-experimenter: error: {message}\n"


def test_a_command_of_tfaip_that_the_interpreter_lacks_is_refused(workbook: MakeWorkbook, command: Command) -> None:
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["tfaip-no-such", 1])
    done = command("--xlsx", "runs.xlsx", "--dry_run", "--python", sys.executable)
    assert done.returncode == 2
    assert "there is no tfaip-no-such in" in done.stderr
    assert "install tfaip for this interpreter" in done.stderr


def test_a_slot_is_a_device_or_a_part_of_it() -> None:
    from tfaip.experimenter.executors.slots import read_slots

    slots = read_slots(["1", "3a", "3b"], ["0"])
    assert [slot.name for slot in slots] == ["gpu:1", "gpu:3a", "gpu:3b", "cpu:0"]
    assert [slot.environment["CUDA_VISIBLE_DEVICES"] for slot in slots] == ["1", "3", "3", ""]
    assert shlex.join(slot.name for slot in sorted(slots)) == "cpu:0 gpu:1 gpu:3a gpu:3b"


WRONG_SLOTS = {
    "3 3": "--gpus: 3 stands twice; two slots on a device are 3a 3b",
    "3 3a": "--gpus: device 3 is given as a whole and in parts, got 3a and 3; use either",
    "x": "--gpus: expects numbers of devices, with a letter for each slot on a shared one (1 3 or 3a 3b), got x",
}


@pytest.mark.parametrize("words", WRONG_SLOTS)
def test_wrong_slots_are_refused(words: str) -> None:
    from tfaip.experimenter.errors import ExperimenterError
    from tfaip.experimenter.executors.slots import read_slots

    with pytest.raises(ExperimenterError) as caught:
        read_slots(words.split(), [])
    assert str(caught.value) == WRONG_SLOTS[words]
