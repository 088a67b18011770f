"""Records of a folder that came from elsewhere end no process that is not of the queue."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from tfaip.experimenter.executors import runner
from tfaip.experimenter.executors.interface import Lost
from tfaip.experimenter.executors.local import LocalExecutor, LocalExecutorParams
from tfaip.experimenter.executors.process_identity import identity_of
from tfaip.experimenter.executors.process_tree import MARK


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[LocalExecutor]:
    made = LocalExecutor(LocalExecutorParams(), tmp_path)
    yield made
    made.close()


@pytest.fixture
def bystander() -> Iterator[subprocess.Popen[bytes]]:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE, start_new_session=True)
    yield process
    process.communicate()


def records(folder: Path, **texts: str) -> None:
    (folder / "k").mkdir()
    for name, text in texts.items():
        (folder / "k" / name.replace("_", " ")).write_text(text)


def test_a_process_that_is_no_runner_of_the_attempt_is_left_alone(
    executor: LocalExecutor, bystander: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    identity = identity_of(bystander.pid) or ""
    records(tmp_path, owner=identity, child=identity, last_word="another command")
    executor.cancel("k")
    assert executor.poll("k") == Lost("its runner is gone", True)
    assert bystander.poll() is None


def test_a_process_that_started_at_another_time_is_left_alone(
    executor: LocalExecutor, bystander: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    number, start, boot = (identity_of(bystander.pid) or "").split()
    identity = f"{number} {int(start) - 1} {boot}"
    records(tmp_path, owner=identity, child=identity, last_word="input()")
    executor.cancel("k")
    assert executor.poll("k") == Lost("its runner is gone", True)
    assert bystander.poll() is None


@pytest.mark.parametrize("environment", [{**os.environ, MARK: "k"}, {}])
def test_the_run_of_a_runner_that_is_gone_is_ended_by_its_mark_or_its_command(
    environment: dict[str, str], executor: LocalExecutor, tmp_path: Path
) -> None:
    run = subprocess.Popen(
        ["sh", "-c", "echo; read it", "the run"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment,
        process_group=0,
    )
    assert run.stdout is not None
    run.stdout.readline()  # Linux shows its command and environment a moment after `Popen` is done
    records(tmp_path, owner="1 2 3", child=identity_of(run.pid) or "", last_word="the run")
    assert (tmp_path / "k" / runner.LAST_WORD).exists()
    assert executor.poll("k") == Lost("its runner is gone", True)
    assert run.wait(10) == -9
    run.communicate()
