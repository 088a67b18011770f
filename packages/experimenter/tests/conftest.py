"""What all tests share: workbooks made of rows, the command as a process, the real workbook."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook

from tfaip.experimenter.queue import store

HERE = Path(__file__).parent
REAL_WORKBOOKS = HERE.parents[3] / "shared" / "data" / "experimenter"

# With `--import-mode=importlib` tests can't import their neighbours.
sys.path.insert(0, str(HERE))

from forked_command import CAN_FORK, ForkedCommand  # noqa: E402 - a neighbour

NO_FORK = "TFAIP_TESTS_WITHOUT_FORK"


@pytest.fixture(autouse=True)
def _in_an_empty_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Relative output folders mean a folder of the test."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "120")
    monkeypatch.delenv("FORCE_COLOR", raising=False)


@pytest.fixture(autouse=True)
def _without_waiting_for_the_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """No test cuts the power; what a killed process has written stays all the same."""
    monkeypatch.setattr(store, "SYNCHRONOUS", "OFF")


@pytest.fixture(scope="session")
def _eight_gpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the program by which the experimenter finds out how many GPUs there are."""
    folder = tmp_path_factory.mktemp("gpus")
    program = folder / "nvidia-smi"
    program.write_text("#!/bin/sh\nfor number in 0 1 2 3 4 5 6 7; do echo GPU $number: Pretended; done\n")
    program.chmod(0o755)
    return folder


@pytest.fixture(autouse=True)
def _on_a_machine_with_gpus(_eight_gpus: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let slots on GPUs pass on any machine."""
    monkeypatch.setenv("PATH", str(_eight_gpus), prepend=os.pathsep)


@pytest.fixture
def real_workbook() -> Path:
    """The workbook of a user."""
    path = REAL_WORKBOOKS / "test_experimenter.xlsx"
    if not path.exists():
        pytest.skip(f"{path} isn't there")
    return path


@pytest.fixture
def workbook(tmp_path: Path) -> Callable[..., Path]:
    """Write a workbook whose first sheet, `runs`, has the given rows."""

    def write(*rows: Sequence[Any], name: str = "runs.xlsx", change: Callable[[Workbook], None] | None = None) -> Path:
        book = Workbook()
        sheet = book.active
        assert sheet is not None
        sheet.title = "runs"
        for row in rows:
            sheet.append(list(row))
        if change:
            change(book)
        path = tmp_path / name
        book.save(path)
        return path

    return write


@pytest.fixture
def start() -> Iterator[Callable[..., subprocess.Popen[str]]]:
    """Start the command; what is still there at the end of the test is killed."""
    started: list[subprocess.Popen[str]] = []

    def start(*words: object) -> subprocess.Popen[str]:
        started.append(start_command(list(map(str, words))))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def programs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str, str], Path]:
    """Put a Python program on the PATH."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", str(folder), prepend=os.pathsep)

    def write(name: str, source: str) -> Path:
        path = folder / name
        path.write_text(f"#!{sys.executable}\n{textwrap.dedent(source)}")
        path.chmod(0o755)
        return path

    return write


@pytest.fixture
def command() -> Callable[..., subprocess.CompletedProcess[str]]:
    """Run the command to its end."""

    def run(*words: object) -> subprocess.CompletedProcess[str]:
        process = start_command(list(map(str, words)))
        try:
            output, errors = process.communicate(timeout=120)
        finally:
            process.kill()
        return subprocess.CompletedProcess(process.args, process.returncode, output, errors)

    return run


def start_command(words: list[str]) -> subprocess.Popen[str]:
    """Start the command; the tests in `slow` start a new interpreter for it, as users do."""
    if CAN_FORK and not os.environ.get(NO_FORK):
        return ForkedCommand(words)  # type: ignore[return-value]
    line = [sys.executable, "-m", "tfaip.experimenter", *words]
    return subprocess.Popen(line, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
