"""A folder without working locks can't hold the state of a queue."""

from __future__ import annotations

import errno
import fcntl
import sqlite3
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest
from forked_command import CAN_FORK

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.queue.store import Store


def failing(number: int) -> Callable[..., None]:
    def lock(*_: object) -> None:
        raise OSError(number, "No locks available")

    return lock


def test_a_file_system_without_locks_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "lockf", failing(errno.ENOLCK))
    with pytest.raises(ExperimenterError, match=r"no working locks \(No locks available\); give --state"):
        Store(tmp_path / "state/queue.sqlite")
    assert list((tmp_path / "state").iterdir()) == []


@pytest.mark.skipif(not CAN_FORK, reason="the lock fails in this process and its forks")
@pytest.mark.parametrize("words", [[], ["--state", "elsewhere"], ["--executor", "slurm"]], ids=" ".join)
def test_the_refusal_is_one_message_before_anything_runs(
    words: list[str],
    workbook: Callable[..., Path],
    command: Callable[..., subprocess.CompletedProcess[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(fcntl, "lockf", failing(errno.ENOLCK))
    workbook(["COMMAND", "ID", "PARAMS"], [], [], ["touch begun", 1])
    told = command("--xlsx", "runs.xlsx", "--slots", 1, *words)
    assert told.returncode == 2
    assert len(told.stderr.splitlines()) == 1
    assert "the file system has no working locks (No locks available); give --state" in told.stderr
    assert not Path("begun").exists()


@pytest.mark.skipif(not hasattr(fcntl, "F_OFD_SETLK"), reason="the system has no locks of open files")
def test_locks_that_keep_nobody_out_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fcntl, "lockf", lambda *_: None)
    with pytest.raises(ExperimenterError, match="a second lock on a locked file is granted"):
        Store(tmp_path / "state/queue.sqlite")


def test_the_journal_needs_no_memory_that_machines_share(tmp_path: Path) -> None:
    Store(tmp_path / "queue.sqlite").close()
    assert sqlite3.connect(tmp_path / "queue.sqlite").execute("PRAGMA journal_mode").fetchone() != ("wal",)
    assert [path.name for path in tmp_path.iterdir() if path.name != "queue.sqlite-journal"] == ["queue.sqlite"]
