"""The tests of `test_slurm.py` on Slurm itself; skipped where it isn't installed (`apt install slurm-wlm munge`)."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from slurm_cluster import PROGRAMS, SlurmCluster
from test_slurm import *  # noqa: F403 - the tests; the fixtures below take the place of theirs
from test_slurm import counts, done, on_slurm, sheet
from waiting import wait_for

Engine = Callable[..., subprocess.CompletedProcess[str]]


@pytest.fixture(scope="module")
def cluster() -> Iterator[SlurmCluster]:
    path = f"{os.environ['PATH']}:/usr/sbin:/sbin"
    if missing := [program for program in PROGRAMS if shutil.which(program, path=path) is None]:
        pytest.skip(f"Slurm is not installed: there is no {missing[0]}; apt install slurm-wlm munge")
    with tempfile.TemporaryDirectory(prefix="slurm-", dir="/tmp") as folder:
        started = SlurmCluster(Path(folder))
        try:
            started.start()
            yield started
        finally:
            started.stop()


@pytest.fixture
def slurm(cluster: SlurmCluster, monkeypatch: pytest.MonkeyPatch) -> Iterator[Engine]:
    """Return a function that runs a command of Slurm."""
    for name, value in cluster.environment.items():
        monkeypatch.setenv(name, value)

    def engine(*words: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(words, capture_output=True, text=True, check=True)

    yield engine
    engine("scancel", "--me")


@pytest.fixture
def room(slurm: Engine) -> Iterator[Callable[[bool], None]]:
    """Return a function that lets jobs start, or wait."""

    def change(there_is: bool) -> None:
        slurm("scontrol", "update", "PartitionName=main", f"State={'UP' if there_is else 'DOWN'}")

    yield change
    change(True)


def test_forty_rows_run_once_each_though_the_scheduler_is_killed_ten_times(
    slurm: Engine, workbook: Callable[..., Path], command: Callable[..., Any], start: Callable[..., Any]
) -> None:
    names = [f"r{number}" for number in range(40)]
    sheet(workbook, "echo $1 >> done; sleep 0.5", *names)
    for _ in range(10):
        before = len(done())
        scheduler = start(*on_slurm("--slots", 8))
        wait_for(lambda before=before: len(done()) >= min(40, before + 3), "some rows")
        scheduler.kill()
        scheduler.wait()
    last = command(*on_slurm("--slots", 8))
    assert last.returncode == 0, last.stderr
    assert done() == sorted(names)
    assert counts(command) == {"finished": 40}


def test_a_run_whose_runner_is_killed_is_started_again_and_never_there_twice(
    slurm: Engine, workbook: Callable[..., Path], start: Callable[..., Any]
) -> None:
    sheet(workbook, "echo $$ >> done; while [ ! -e go ]; do sleep 0.05; done", "a")
    scheduler = start(*on_slurm("--slots", 1))
    wait_for(lambda: len(done()) == 1, "the run")
    (first,) = done()
    (owner,) = Path("runs.xlsx.experimenter/attempts").glob("*/owner")
    os.kill(int(owner.read_text().split()[0]), signal.SIGKILL)
    wait_for(lambda: len(done()) == 2, "the second run", 60)
    assert not Path(f"/proc/{first}").exists()
    Path("go").touch()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 0, told
    assert "its batch job is gone: FAILED" in told


def test_a_row_of_two_nodes_is_stopped_by_sigterm_in_all_of_its_tasks(
    slurm: Engine, workbook: Callable[..., Path], start: Callable[..., Any], command: Callable[..., Any]
) -> None:
    task = "trap 'echo term $SLURM_PROCID >> done; exit 143' TERM; trap 'echo int >> done; exit 1' INT"
    Path("task.sh").write_text(f"{task}; echo started $SLURM_PROCID >> done; while [ ! -e go ]; do sleep 0.02; done")
    line = "srun --kill-on-bad-exit=1 --ntasks-per-node=1 sh task.sh"
    workbook(["COMMAND", "ID", "NODES", "PARAMS"], [], [], [line, "a", 2])
    scheduler = start(*on_slurm("--slots", 1))
    wait_for(lambda: done() == ["started 0", "started 1"], "both tasks", 60)
    scheduler.terminate()
    _, told = scheduler.communicate()
    assert scheduler.returncode == 130, told
    assert done() == ["started 0", "started 1", "term 0", "term 1"]
    assert counts(command) == {"interrupted": 1}
