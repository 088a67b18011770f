"""What is seen of a queue: live, once, as JSON."""

from __future__ import annotations

import json
import os
import pty
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from waiting import wait_for

Command = Callable[..., subprocess.CompletedProcess[str]]
Start = Callable[..., subprocess.Popen[str]]
Programs = Callable[[str, str], Path]
MakeWorkbook = Callable[..., Path]

TRAIN = """
    import json, pathlib, sys, time
    folder = pathlib.Path(sys.argv[2])
    status = {"state": "running", "epoch": 2, "epochs": 5, "eta": 90, "best_value": 0.75, "best_epoch": 1}
    (folder / "status.json").write_text(json.dumps(status))
    lines = [{"epoch": 1, "val_acc": 0.75}, {"epoch": 2, "val_acc": 0.5}]
    (folder / "metrics.jsonl").write_text("\\n".join(map(json.dumps, lines)))
    pathlib.Path("running").touch()
    while not pathlib.Path("go").exists():
        time.sleep(0.01)
"""
ROWS = (
    ["COMMAND", "ID", "PARAMS"],
    [None, None, "default"],
    [None, None, "output_dir"],
    ["sh -c 'echo broken; exit 3'", "bad", None],
    ["train", "good", "out/good"],
    ["true", "later", None],
)


@pytest.fixture
def running(workbook: MakeWorkbook, programs: Programs, start: Start) -> subprocess.Popen[str]:
    """An experimenter with a run that has failed, one that runs, and one that waits."""
    programs("train", TRAIN)
    workbook(*ROWS)
    process = start("--xlsx", "runs.xlsx", "--gpus", "3")
    wait_for(Path("running").exists, "the run")
    return process


def test_status_tells_the_queue_as_json(running: subprocess.Popen[str], command: Command, tmp_path: Path) -> None:
    told = json.loads(command("status", "--xlsx", "runs.xlsx", "--json").stdout)
    assert {state: number for state, number in told["counts"].items() if number} == {
        "queued": 1,
        "running": 1,
        "failed": 1,
    }
    assert (told["slots"], told["paused"]) == (["gpu:3"], None)
    bad, good, later = told["runs"]
    assert (bad["state"], bad["exit_code"], bad["tail"]) == ("failed", 3, ["broken"])
    expected = {"state": "running", "slot": "gpu:3", "epoch": 2, "epochs": 5, "eta": 90.0, "metric": "val_acc"}
    assert {name: good[name] for name in expected} == expected
    assert (good["best_value"], good["best_epoch"]) == (0.75, 1)
    assert good["console"] == str(tmp_path / "out" / "good" / "console.log")
    assert (later["state"], later["slot"]) == ("queued", None)
    Path("go").touch()
    assert running.wait(60) == 1
    assert json.loads(command("status", "--xlsx", "runs.xlsx", "--json").stdout)["slots"] == []


def test_status_shows_slots_queue_and_failures(running: subprocess.Popen[str], command: Command) -> None:
    shown = command("status", "--xlsx", "runs.xlsx").stdout
    lines = [" ".join(line.split()) for line in shown.splitlines()]
    assert lines[0] == "slot run epoch best ETA time"
    assert lines[1].startswith("gpu:3 good 2/5 val_acc 0.7500 in epoch 1 1:30 ")
    assert lines[2:4] == ["1 queued 1 running 0 finished 1 failed", "next: later"]
    assert " ".join(lines[4:]).startswith("bad ended with exit code 3; see ")
    assert lines[-1] == "broken"
    Path("go").touch()


def test_on_a_terminal_the_view_is_live(workbook: MakeWorkbook, programs: Programs) -> None:
    programs("train", TRAIN)
    workbook(*ROWS)
    ours, theirs = pty.openpty()
    line = [sys.executable, "-m", "tfaip.experimenter", "--xlsx", "runs.xlsx", "--gpus", "3"]
    environment = {**os.environ, "TERM": "xterm", "COLUMNS": "120", "LINES": "40"}
    process = subprocess.Popen(line, stdin=theirs, stdout=theirs, stderr=theirs, env=environment)
    os.close(theirs)
    shown = b""
    while b"val_acc 0.7500 in epoch 1" not in shown:
        shown += os.read(ours, 4096)
    Path("go").touch()
    try:
        while chunk := os.read(ours, 4096):
            shown += chunk
    except OSError:
        pass  # the other side is closed
    os.close(ours)
    assert process.wait(60) == 1
    assert b"good finished in" in shown
    assert b"broken" in shown
    assert b"2 finished" in shown


MISTAKES = {
    "no workbook": (["status", "--xlsx", "no.xlsx"], "there is no workbook no.xlsx"),
    "never run": (["status", "--xlsx", "runs.xlsx"], "runs.xlsx has not been run yet: there is no "),
    "nothing given": (["status"], "--xlsx: "),
}


@pytest.mark.parametrize("name", MISTAKES)
def test_a_status_that_cannot_be_told_is_a_message(name: str, workbook: MakeWorkbook, command: Command) -> None:
    workbook(*ROWS)
    words, message = MISTAKES[name]
    done = command(*words)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr
    assert "Traceback" not in done.stderr
    assert not Path("runs.xlsx.experimenter").exists()


def test_a_tail_has_no_colours_and_no_overwritten_progress(tmp_path: Path) -> None:
    from tfaip.experimenter.run_folder.file_ends import log_tail

    path = tmp_path / "log"
    path.write_bytes(b"x" * 20000 + b"\nfirst\n\x1b[31mred\x1b[0m\n\n10%\r50%\r100%\nlast \xff\n")
    assert log_tail(path, 4) == ["first", "red", "100%", "last \N{REPLACEMENT CHARACTER}"]
    assert log_tail(tmp_path / "none") == []
