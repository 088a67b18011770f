"""New workbooks for a scenario."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tfaip.experimenter.cli import command as experimenter
from tfaip.experimenter.cli import modes

Command = Callable[..., subprocess.CompletedProcess[str]]
Programs = Callable[[str, str], Path]


def field(argument: str, kind: str = "int", default: str = "1", choices: tuple[str, ...] = ()) -> dict[str, object]:
    return {
        "argument": argument,
        "type": kind,
        "default": default,
        "choices": list(choices),
        "help": f"About {argument}",
    }


MANY = tuple(f"a_class_with_a_long_name_{number}" for number in range(20))
SCHEMA = {
    "groups": [
        {
            "fields": [
                field("--trainer.epochs", default="100"),
                field("--trainer.output_dir", "path | none", "none"),
                field("--optimizer", "OptimizerParams", "Adam", ("Adam", "SGD")),
                field("--trainer.verbose", "bool", "true"),
            ]
        },
        {"fields": [field("--model.nodes", "list[int]", "[1]", ("1", "2")), field("--trainer.graph", "G", "g", MANY)]},
    ]
}
TRAIN = f"""
    import sys
    if sys.argv[1] != "my.scenario":
        sys.exit("tfaip-train: error: there is no scenario " + sys.argv[1])
    assert sys.argv[2:] == ["--show-schema"]
    print({json.dumps(SCHEMA)!r})
"""


def test_a_new_workbook_has_the_parameters_with_their_help_and_choices(programs: Programs, command: Command) -> None:
    programs("tfaip-train", TRAIN)
    done = command("--init", "new.xlsx", "my.scenario")
    assert done.returncode == 0, done.stderr
    sheet = openpyxl.load_workbook("new.xlsx").worksheets[0]
    headers = ["USER", "RESULT", "SKIP", "COMMAND", "SCENARIO", "ID", "CLEANUP", "PARAMS"]
    assert [cell.value for cell in sheet[1]][:8] == headers
    columns = {(sheet.cell(2, c).value, sheet.cell(3, c).value): c for c in range(8, sheet.max_column + 1)}
    assert list(columns) == [
        ("trainer", "epochs"),
        (None, "output_dir"),
        (None, "verbose"),
        (None, "graph"),
        ("default", "optimizer"),
        ("model", "nodes:split"),
    ]
    comment = sheet.cell(3, columns[("trainer", "epochs")]).comment
    assert comment is not None
    assert comment.text == "About --trainer.epochs\nint, default: 100"
    lists = {str(validation.sqref): validation.formula1 for validation in sheet.data_validations.dataValidation}
    assert lists == {
        "J4:J1000": '"True,False"',
        "K4:K1000": "'choices'!$A$1:$A$20",
        "L4:L1000": '"Adam,SGD"',
    }
    dry = command("--xlsx", "new.xlsx", "--dry_run")
    assert dry.stdout == "tfaip-train my.scenario --trainer.output_dir runs/1\n"


@pytest.mark.parametrize(("gpus", "where"), [(0, "--cpus 0"), (None, "--cpus 0"), (2, "--gpus 0")])
def test_the_command_that_runs_the_rows_fits_the_machine(
    gpus: int | None, where: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(modes, "count_gpus", lambda: gpus)
    monkeypatch.setattr(modes, "init_workbook", lambda *_, **__: None)
    with pytest.raises(SystemExit):
        experimenter.main(["--init", "new.xlsx", "my.scenario"])
    assert capsys.readouterr().err.strip().endswith(f"--xlsx new.xlsx {where}")


def test_what_is_there_is_not_overwritten(programs: Programs, command: Command) -> None:
    programs("tfaip-train", TRAIN)
    Path("new.xlsx").write_text("mine")
    done = command("--init", "new.xlsx", "my.scenario")
    assert done.returncode == 2
    assert "--init: new.xlsx exists already; choose another name, or remove it" in done.stderr
    assert Path("new.xlsx").read_text() == "mine"


MISTAKES = {
    "one word": (["--init", "new.xlsx"], "--init: expects FILE SCENARIO, got new.xlsx"),
    "no workbook": (
        ["--init", "new.txt", "x"],
        "--init: expects the name of a new workbook that ends with .xlsx, got new.txt",
    ),
    "unknown scenario": (
        ["--init", "new.xlsx", "other"],
        " other --show-schema doesn't describe the scenario: tfaip-train: error: there is no scenario other",
    ),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_mistake_is_a_message(name: str, programs: Programs, command: Command) -> None:
    programs("tfaip-train", TRAIN)
    words, message = MISTAKES[name]
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert not Path("new.xlsx").exists()


def test_a_missing_command_is_told(command: Command, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    done = command("--init", "new.xlsx", "x")
    if "no schema" in done.stderr or "describe" in done.stderr:
        pytest.skip("tfaip-train is installed beside this interpreter")
    assert done.returncode == 2
    assert "--init: there is no tfaip-train on the PATH; install tfaip or name an interpreter with it by" in done.stderr
