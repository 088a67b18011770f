"""A workbook that an earlier version has begun is gone on with."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

CORPUS = sorted((Path(__file__).parent / "corpus").iterdir())
# Stands in the stored queue for the folder that it ran in.
PLACE = "/home/user/runs"

Command = Callable[..., subprocess.CompletedProcess[str]]

each_version = pytest.mark.parametrize("folder", CORPUS, ids=lambda folder: folder.name)


@pytest.fixture
def begun(tmp_path: Path) -> Callable[[Path], None]:
    """Put a stored workbook and its queue into the current folder."""

    def put(folder: Path) -> None:
        shutil.copytree(folder, tmp_path, dirs_exist_ok=True)
        with sqlite3.connect(tmp_path / "runs.xlsx.experimenter" / "queue.sqlite") as database:
            database.execute("UPDATE runs SET folder = replace(folder, ?, ?)", (PLACE, str(tmp_path)))
        database.close()

    return put


@each_version
def test_the_states_of_its_rows_are_known(begun: Callable[[Path], None], command: Command, folder: Path) -> None:
    begun(folder)
    told = command("status", "--xlsx", "runs.xlsx").stdout
    assert "1 finished" in told
    assert "1 failed" in told


@each_version
def test_only_the_row_that_had_failed_runs(
    begun: Callable[[Path], None], command: Command, programs: Callable[[str, str], Path], folder: Path
) -> None:
    begun(folder)
    for name in ("later", "echo"):
        program = programs(name, f"open('log', 'a').write('{name} ')")
        shutil.copy(program, name)
    done = command("--xlsx", "runs.xlsx", "--cpus", "0")
    assert done.returncode == 0, done.stdout + done.stderr
    assert Path("log").read_text() == "later "
