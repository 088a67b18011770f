"""Odd files in the folder of a run: the remark of its row tells, and all others go on."""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tfaip.experimenter.run_folder.file_ends import log_tail
from tfaip.experimenter.run_folder.progress import LOG_BYTES, MOST_METRICS, STATUS_BYTES, RunProgress, read_progress
from tfaip.experimenter.views.numbers import metric_text

Command = Callable[..., subprocess.CompletedProcess[str]]
MakeWorkbook = Callable[..., Path]
Programs = Callable[[str, str], Path]

GOOD = '{"epoch": 1, "acc": 0.5}\n'
DEEP = "[" * 100_000
FILES = ("status.json", "metrics.jsonl", "train.log")


def metrics(folder: Path, *lines: str) -> RunProgress:
    (folder / "metrics.jsonl").write_text("\n".join([GOOD.strip(), *lines, ""]))
    return read_progress(folder)


ODD_VALUES = {
    "nan": "NaN",
    "infinite": "-Infinity",
    "too large a float": "1e400",
    "too large an int": "1" + "0" * 400,
    "a text": '"0.5"',
    "a list": "[[1], [2]]",
    "a switch": "true",
    "nothing": "null",
}


@pytest.mark.parametrize("name", ODD_VALUES)
def test_a_value_that_is_no_number_is_no_metric(name: str, tmp_path: Path) -> None:
    found = metrics(tmp_path, f'{{"epoch": 2, "acc": 0.75, "odd": {ODD_VALUES[name]}}}')
    assert (found.last, found.problem) == ({"acc": 0.75}, "")


@pytest.mark.parametrize("epoch", ["NaN", "1e400", "1" + "0" * 400, '"2"', "[2]", "true", "null", "-1", "1.5", "1e12"])
def test_a_line_without_an_epoch_is_told(epoch: str, tmp_path: Path) -> None:
    found = metrics(tmp_path, f'{{"epoch": {epoch}, "acc": 0.75}}')
    assert (found.epoch, found.last) == (1, {"acc": 0.5})
    assert found.problem == "metrics.jsonl has a line that can't be read"


@pytest.mark.parametrize("line", [DEEP, '{"epoch": ' + "1" * 5000 + "}", "7", '"x"', '{"epoch": 2', "\x00\x01"])
def test_a_line_that_is_no_epoch_is_told(line: str, tmp_path: Path) -> None:
    found = metrics(tmp_path, line)
    assert found.last == {"acc": 0.5}
    assert found.problem == "metrics.jsonl has a line that can't be read"


def test_a_line_that_is_being_written_is_no_problem(tmp_path: Path) -> None:
    (tmp_path / "metrics.jsonl").write_text(GOOD + '{"epoch": 2, "ac')
    assert read_progress(tmp_path).problem == ""


def test_a_file_of_something_else_is_not_read_to_its_end(tmp_path: Path) -> None:
    found = metrics(tmp_path, *["x"] * 2000, '{"epoch": 2, "acc": 1}')
    assert (found.epoch, found.problem) == (1, "metrics.jsonl holds something else than metrics")


def test_a_thousand_metrics_are_cut_and_told(tmp_path: Path) -> None:
    found = metrics(tmp_path, json.dumps({"epoch": 2, **{f"m{n}": n for n in range(1000)}}))
    assert len(found.last) == MOST_METRICS
    assert found.problem == f"metrics.jsonl has 1000 metrics in an epoch; the first {MOST_METRICS} are read"


ODD_STATUS = {
    "deep": (DEEP, "status.json is no JSON"),
    "a list": ("[1]", "status.json is no JSON object"),
    "bytes": ("\ufffd\x00", "status.json is no JSON"),
    "large": (" " * (STATUS_BYTES + 1), "status.json can't be read: it is larger than 1 MiB"),
    "odd numbers": ('{"epoch": 1e400, "epochs": "x", "eta": 1e300, "best_epoch": [], "best_value": true}', ""),
    "huge ints": ('{"epoch": 1' + "0" * 400 + ', "eta": -1, "losses": {"a": 1}}', ""),
}


@pytest.mark.parametrize("name", ODD_STATUS)
def test_an_odd_status_is_told_and_no_more(name: str, tmp_path: Path) -> None:
    text, problem = ODD_STATUS[name]
    (tmp_path / "status.json").write_text(text)
    assert read_progress(tmp_path) == RunProgress(problem=problem)
    found = metrics(tmp_path)
    assert (found.last, found.problem) == ({"acc": 0.5}, problem)


def make_pipe(path: Path) -> str:
    os.mkfifo(path)
    return "it is a pipe, not a regular file"


def make_folder(path: Path) -> str:
    path.mkdir()
    return "it is a folder, not a regular file"


def link_a_device(path: Path) -> str:
    path.symlink_to("/dev/zero")
    return "it is a device, not a regular file"


def link_itself(path: Path) -> str:
    path.symlink_to(path.name)
    return "Too many levels of symbolic links"


@pytest.mark.parametrize("make", [make_pipe, make_folder, link_a_device, link_itself])
@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_no_regular_one_is_told(name: str, make: Callable[[Path], str], tmp_path: Path) -> None:
    told = make(tmp_path / name)
    assert read_progress(tmp_path) == RunProgress(problem=f"{name} can't be read: {told}")
    assert log_tail(tmp_path / name) == []


@pytest.mark.parametrize("name", ["metrics.jsonl", "train.log"])
def test_the_end_of_a_file_without_end_is_read(name: str, tmp_path: Path) -> None:
    line = GOOD if name == "metrics.jsonl" else "Results of epoch    1 acc: 0.5\n"
    with (tmp_path / name).open("wb") as file:
        file.truncate(1 << 40)  # a terabyte of nothing
        file.seek(0, os.SEEK_END)
        file.write(b"\n" + line.encode())
    found = read_progress(tmp_path)
    assert found.last == {"acc": 0.5}
    assert found.problem == f"{name} is larger than {LOG_BYTES >> 20} MiB; only its end is read"


def test_odd_lines_of_a_log_are_no_results(tmp_path: Path) -> None:
    (tmp_path / "train.log").write_bytes(
        b"Results of epoch " + b"9" * 5000 + b" acc: 1\n\xff\xfe\nResults of epoch 1 acc: 1e400 - a: x - : 1 - b: 2\r\n"
    )
    assert read_progress(tmp_path) == RunProgress(epoch=1, last={"b": 2.0}, best={"b": 2.0}, best_epoch=1, metric="b")


def test_a_number_of_300_digits_is_shown_in_short() -> None:
    assert metric_text(RunProgress(best={"m": 1e300}, metric="m", best_epoch=1)) == "best m 1e+300 in epoch 1"


def test_a_folder_that_is_a_file_is_no_progress(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert read_progress(tmp_path / "file") == RunProgress()


ODD_RUN = """
    import os, pathlib, sys
    folder = pathlib.Path(sys.argv[2])
    os.mkfifo(folder / "status.json")
    (folder / "metrics.jsonl").write_text('{"epoch": 1, "acc": 1e308, "b": ' + "9" * 400 + "}\\n" + "[" * 100000)
    (folder / "train.log").symlink_to("/dev/zero")
    os.unlink(folder / "console.log")
    os.mkfifo(folder / "console.log")
    raise SystemExit(3 if "fails" in sys.argv[2] else 0)
"""


def test_no_run_ends_the_experimenter(workbook: MakeWorkbook, programs: Programs, command: Command) -> None:
    programs("odd", ODD_RUN)
    Path("file").touch()
    Path("pipe").mkdir()
    os.mkfifo("pipe/console.log")
    path = workbook(
        ["COMMAND", "ID", "PARAMS"],
        [None, None, "default"],
        [None, None, "output_dir"],
        ["odd", 1, "out/1"],
        ["odd", 2, "out/fails"],
        ["true", 3, "file/below"],
        ["true", 4, "pipe"],
        ["true", 5, "x" * 300],
        ["true", 6, "out/6"],
        ["true", "y" * 300, None],
    )
    done = command("--xlsx", path, "--cpus", "0")
    assert done.returncode == 1
    assert "Traceback" not in done.stderr
    sheet = openpyxl.load_workbook(path)["tfaip results"]
    header, *rows = ([cell.value for cell in row] for row in sheet.iter_rows())
    told = [dict(zip(header, row, strict=True)) for row in rows if row[0] is not None]
    assert [row["state"] for row in told] == [*("finished", "failed", "failed", "failed", "failed"), *["finished"] * 2]
    assert told[0]["best acc"] == "1e+308"  # no number of a spreadsheet
    assert told[0]["remark"] == "status.json can't be read: it is a pipe, not a regular file"
    assert told[1]["remark"].startswith("ended with exit code 3; status.json can't be read: ")
    assert told[2]["remark"].startswith("can't be started: Not a directory (")
    assert told[3]["remark"] == "ended with exit code 127"
    assert told[4]["remark"].startswith("can't be started: File name too long (")
    assert "Traceback" not in command("status", "--xlsx", path).stderr
