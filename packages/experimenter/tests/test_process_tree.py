"""A run ends with all that it has started, and with nothing else."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from waiting import wait_for

from tfaip.experimenter.executors import process_identity, runner
from tfaip.experimenter.executors.interface import Ended, Job, Lost, Outcome, Running
from tfaip.experimenter.executors.local import LocalExecutor, LocalExecutorParams
from tfaip.experimenter.executors.process_identity import identity_of, living_processes, send_signal
from tfaip.experimenter.executors.process_tree import MARK, processes_of
from tfaip.experimenter.executors.slots import Slot

# Children in the group, in sessions of their own, that ignore the hang-up, and a daemon without parent or environment.
CHILDREN = """
sleep 600 & echo $! >> children
setsid sh -c 'echo $$ >> children; exec sleep 600' &
nohup sleep 600 > nohup.out 2>&1 & echo $! >> children
(env -i PATH="$PATH" setsid sh -c 'echo $$ >> children; exec sleep 600' &)
(setsid sh -c 'trap "" TERM INT HUP; echo $$ >> children; while :; do sleep 600; done' &)
while [ "$(wc -l < children)" -lt 5 ]; do sleep 0.01; done
"""


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[LocalExecutor]:
    executor = LocalExecutorParams(grace=timedelta(seconds=0.2)).create(tmp_path / "attempts")
    yield executor
    executor.close()


def submit(executor: LocalExecutor, script: str, timeout: float | None = None) -> None:
    executor.submit(Job("k", ("sh", "-c", CHILDREN + script), Path("console.log"), Slot("cpu", 0), timeout))


def end_of(executor: LocalExecutor) -> Outcome:
    def ended() -> Outcome | None:
        outcome = executor.poll("k")
        return None if isinstance(outcome, Running) else outcome

    return wait_for(ended, "the end of the run")


def children(number: int = 5) -> list[int]:
    return wait_for(
        lambda: (
            [int(line) for line in Path("children").read_text().split()]
            if Path("children").exists() and Path("children").read_text().count("\n") == number
            else []
        ),
        "the children",
    )


def is_there(pid: int) -> bool:
    return identity_of(pid) is not None


@pytest.fixture(autouse=True)
def _no_child_outlives_its_test() -> Iterator[None]:
    yield
    if Path("children").exists():
        for pid in map(int, Path("children").read_text().split()):
            if is_there(pid):
                os.kill(pid, signal.SIGKILL)


def test_a_run_that_is_stopped_ends_with_its_children(executor: LocalExecutor) -> None:
    submit(executor, "touch ready; while :; do sleep 600; done")
    found = children()
    wait_for(Path("ready").exists, "the children")
    assert all(map(is_there, found))
    executor.cancel("k")
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert outcome.stopped == "cancel"
    assert [pid for pid in found if is_there(pid)] == []


def test_a_run_that_took_too_long_ends_with_its_children(executor: LocalExecutor) -> None:
    submit(executor, "trap 'exit 3' TERM; while :; do sleep 600; done", timeout=1.0)
    found = children()
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert outcome.stopped == "timeout"
    assert [pid for pid in found if is_there(pid)] == []


@pytest.mark.takes_long
def test_children_that_a_run_leaves_behind_are_ended_and_told(executor: LocalExecutor) -> None:
    submit(executor, "exit 7")
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert (outcome.exit_code, outcome.stopped) == (7, "")
    assert [pid for pid in children() if is_there(pid)] == []
    told = Path("console.log").read_text().splitlines()[-1]
    assert told.startswith("tfaip-experimenter: ended ")
    assert told.endswith(" processes that the run had left behind")


def test_children_of_a_run_whose_runner_was_killed_are_found_by_their_mark(executor: LocalExecutor) -> None:
    submit(executor, "touch ready; while :; do sleep 600; done")
    found = children()
    wait_for(Path("ready").exists, "the children")
    owner = Path("attempts/k", runner.OWNER).read_text()
    child = int(Path("attempts/k", runner.CHILD).read_text().split()[0])
    # Without its parent and its own group leader, nothing but the environment tells whose they are.
    assert send_signal(owner, signal.SIGKILL)
    os.kill(child, signal.SIGKILL)
    wait_for(lambda: not is_there(child), "the end of the run")
    assert end_of(executor) == Lost("its runner is gone", started=True)
    without_environment = [pid for pid in found if is_there(pid)]
    assert len(without_environment) == 1


@pytest.fixture
def sleeper() -> Iterator[Callable[..., subprocess.Popen[bytes]]]:
    started: list[subprocess.Popen[bytes]] = []

    def start(mark: str = "") -> subprocess.Popen[bytes]:
        environment = {**os.environ, MARK: mark} if mark else None
        started.append(subprocess.Popen(["sleep", "600"], env=environment, start_new_session=True))
        return started[-1]

    yield start
    for process in started:
        process.kill()
        process.wait()


def test_only_processes_with_the_mark_are_found_by_it(sleeper: Callable[..., subprocess.Popen[bytes]]) -> None:
    ours, others, anybodys = sleeper("mine"), sleeper("mine too"), sleeper()
    environ = Path(f"/proc/{ours.pid}/environ")
    wait_for(lambda: b"=mine\0" in environ.read_bytes(), "the start")
    assert [process.number for process in processes_of(ancestor=None, group=None, mark="mine")] == [ours.pid]
    assert is_there(others.pid)
    assert is_there(anybodys.pid)


def test_a_signal_never_reaches_another_process_of_the_same_number(
    sleeper: Callable[..., subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch
) -> None:
    process = sleeper()
    identity = identity_of(process.pid)
    assert identity is not None
    number, start, boot = identity.split()
    assert not send_signal(f"{number} 1{start} {boot}", signal.SIGKILL)
    assert not send_signal(f"{number} {start} {boot[::-1]}", signal.SIGKILL)
    monkeypatch.delattr(os, "pidfd_open", raising=False)
    assert not send_signal(f"{number} 1{start} {boot}", signal.SIGKILL)
    assert is_there(process.pid)
    assert send_signal(identity, signal.SIGKILL)
    assert process.wait() == -signal.SIGKILL
    assert not send_signal(identity, signal.SIGKILL)


def test_without_proc_the_processes_are_found_by_ps(
    sleeper: Callable[..., subprocess.Popen[bytes]], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    process = sleeper()
    monkeypatch.setattr(process_identity, "PROC", str(tmp_path))
    assert process.pid in [found.number for found in processes_of(ancestor=os.getpid(), group=None, mark=None)]
    assert processes_of(ancestor=None, group=process.pid, mark="mine")[0].number == process.pid
    identity = identity_of(process.pid)
    assert identity is not None
    assert identity in [found.identity for found in living_processes()]
    assert send_signal(identity, signal.SIGKILL)
    process.wait()
    assert identity_of(process.pid) is None


def test_a_runner_needs_little_time_to_start() -> None:
    """Imports are checked instead of seconds, which differ from machine to machine."""
    from tfaip.experimenter.executors.attempt import START_RUNNER

    program = START_RUNNER.partition("\nmain(")[0] + "\nprint(*sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=True)
    assert {"typing", "subprocess", "pathlib", "ctypes"}.isdisjoint(done.stdout.split())
