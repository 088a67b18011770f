"""The tests of `test_slurm.py` on Slurm itself; skipped where it isn't installed (`apt install slurm-wlm munge`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from slurm_cluster import PROGRAMS, SlurmCluster
from test_slurm import *  # noqa: F403 - the tests; the fixtures below take the place of theirs

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
