"""The promises of runs on this machine: they outlive who submitted them, and never run twice."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from waiting import wait_for

from tfaip.experimenter.executors import runner
from tfaip.experimenter.executors.interface import Ended, Job, Lost, Outcome, Running
from tfaip.experimenter.executors.local import LocalExecutor, LocalExecutorParams
from tfaip.experimenter.executors.process_identity import identity_of, is_alive
from tfaip.experimenter.executors.slots import Slot

Submit = Callable[..., Job]


@pytest.fixture
def executor(tmp_path: Path) -> Iterator[LocalExecutor]:
    executor = LocalExecutorParams(grace=timedelta(seconds=0.2)).create(tmp_path / "attempts")
    yield executor
    executor.close()


@pytest.fixture
def submit(executor: LocalExecutor, tmp_path: Path) -> Submit:
    def submit(source: str, key: str = "k", slot: str = "gpu:3a", timeout: float | None = None) -> Job:
        job = Job(key, (sys.executable, "-c", source), tmp_path / "out" / "console.log", Slot.named(slot), timeout)
        executor.submit(job)
        return job

    return submit


def end_of(executor: LocalExecutor, key: str = "k") -> Outcome:
    def ended() -> Outcome | None:
        outcome = executor.poll(key)
        return None if isinstance(outcome, Running) else outcome

    return wait_for(ended, "the end of the run")


def test_a_run_has_its_group_its_device_and_its_console(
    executor: LocalExecutor, submit: Submit, tmp_path: Path
) -> None:
    source = "import os; print(os.environ['CUDA_VISIBLE_DEVICES'], os.getpgrp() == os.getpid(), os.getcwd())"
    before = time.time()
    job = submit(source)
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert (outcome.exit_code, outcome.stopped) == (0, "")
    assert before <= outcome.started <= outcome.ended <= time.time()
    assert job.console.read_text() == f"3 True {tmp_path}\n"


def test_a_slot_without_gpu_shows_none(executor: LocalExecutor, submit: Submit) -> None:
    job = submit("import os; print(repr(os.environ['CUDA_VISIBLE_DEVICES']))", slot="cpu:1")
    end_of(executor)
    assert job.console.read_text() == "''\n"


@pytest.mark.parametrize(
    ("source", "code"), [("raise SystemExit(3)", 3), ("import os; os.kill(os.getpid(), 9)", -signal.SIGKILL)]
)
def test_the_exit_code_is_recorded(executor: LocalExecutor, submit: Submit, source: str, code: int) -> None:
    submit(source)
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert outcome.exit_code == code


def test_another_executor_finds_the_run_by_its_key(submit: Submit, executor: LocalExecutor, tmp_path: Path) -> None:
    submit("import os, time\nwhile not os.path.exists('go'): time.sleep(0.01)")
    wait_for((tmp_path / "attempts" / "k" / runner.CHILD).exists, "the start")
    other = LocalExecutor(LocalExecutorParams(), tmp_path / "attempts")
    found = other.poll("k")
    assert isinstance(found, Running)
    assert found.started is not None
    (tmp_path / "go").touch()
    outcome = end_of(other)
    assert isinstance(outcome, Ended)
    assert outcome.exit_code == 0
    other.close()


def test_a_program_that_cannot_be_started_says_so_in_the_console(executor: LocalExecutor, tmp_path: Path) -> None:
    executor.submit(Job("k", ("no-such-program",), tmp_path / "console.log", Slot("cpu", 0)))
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert outcome.exit_code == 127
    assert (tmp_path / "console.log").read_text() == "no-such-program cannot be started: No such file or directory\n"
    assert executor.refusal(["no-such-program"]) == "there is no program no-such-program on the PATH"
    assert executor.refusal(["A=1", "true"]) == "a variable is set by a program: write env A=1 and then the command"


def test_a_cancelled_run_may_end_cleanly(executor: LocalExecutor, submit: Submit, tmp_path: Path) -> None:
    submit("""if True:
        import pathlib, time
        try:
            pathlib.Path("ready").touch()
            time.sleep(60)
        except KeyboardInterrupt:
            print("saved")
            raise SystemExit(130)
    """)
    wait_for((tmp_path / "ready").exists, "the start")
    executor.cancel("k")
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert (outcome.exit_code, outcome.stopped) == (130, "cancel")
    assert (tmp_path / "out" / "console.log").read_text() == "saved\n"


DEAF = """if True:
    import pathlib, signal, time
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    pathlib.Path("ready").touch()
    time.sleep(60)
"""


def test_a_run_that_ignores_signals_is_killed(executor: LocalExecutor, submit: Submit, tmp_path: Path) -> None:
    submit(DEAF)
    wait_for((tmp_path / "ready").exists, "the start")
    executor.cancel("k")
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert (outcome.exit_code, outcome.stopped) == (-signal.SIGKILL, "cancel")


def test_a_run_is_stopped_when_its_time_is_over(executor: LocalExecutor, submit: Submit) -> None:
    submit("import time; time.sleep(60)", timeout=0.3)
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert outcome.stopped == "timeout"
    assert outcome.exit_code != 0


def test_what_a_run_leaves_in_its_group_is_ended(executor: LocalExecutor, submit: Submit, tmp_path: Path) -> None:
    submit("""if True:
        import subprocess, sys
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
        open("child", "w").write(str(child.pid))
    """)
    assert isinstance(end_of(executor), Ended)
    pid = int((tmp_path / "child").read_text())
    wait_for(lambda: identity_of(pid) is None, "the end of what was left")


def test_a_run_whose_runner_was_killed_is_lost_and_ended(
    executor: LocalExecutor, submit: Submit, tmp_path: Path
) -> None:
    submit("import time; time.sleep(60)")
    attempt = tmp_path / "attempts" / "k"
    wait_for((attempt / runner.CHILD).exists, "the start")
    child = (attempt / runner.CHILD).read_text()
    os.kill(int((attempt / runner.OWNER).read_text().split()[0]), signal.SIGKILL)
    outcome = end_of(executor)
    assert outcome == Lost("its runner is gone", started=True)
    assert not is_alive(child)


def test_an_attempt_that_was_given_up_never_starts(executor: LocalExecutor, tmp_path: Path) -> None:
    assert executor.poll("k") == Lost("it was never started", started=False)
    line = "import sys; from tfaip.experimenter.executors.runner import main; main(sys.argv[1:])"
    words = [str(tmp_path / "attempts" / "k"), str(tmp_path / "console.log"), "-", "1", "1", "touch", "started"]
    late = subprocess.run([sys.executable, "-c", line, *words], capture_output=True, text=True)
    assert late.returncode == 0, late.stderr
    assert not (tmp_path / "started").exists()
    executor.forget("k")
    assert subprocess.run([sys.executable, "-c", line, *words], capture_output=True).returncode != 0
    assert not (tmp_path / "started").exists()


def test_ctrl_c_reaches_a_run_that_was_started_by_nohup(tmp_path: Path) -> None:
    """Whoever is started in the background of a script ignores SIGINT, and passes that on."""
    program = """if True:
        import signal, sys
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        from pathlib import Path
        from tfaip.experimenter.executors.interface import Job
        from tfaip.experimenter.executors.local import LocalExecutorParams
        from tfaip.experimenter.executors.slots import Slot
        source = "import signal; print(signal.getsignal(signal.SIGINT) is signal.default_int_handler)"
        words = (sys.executable, "-c", source)
        LocalExecutorParams().create(Path("attempts")).submit(Job("k", words, Path("console.log"), Slot("cpu", 0)))
    """
    subprocess.run([sys.executable, "-c", program], check=True)
    wait_for((tmp_path / "attempts" / "k" / runner.EXIT).exists, "the end")
    assert (tmp_path / "console.log").read_text() == "True\n"


def test_an_identity_is_never_that_of_another_process() -> None:
    own = identity_of(os.getpid())
    assert own is not None
    assert is_alive(own)
    number, _, rest = own.partition(" ")
    assert not is_alive(f"{number} 1{rest}")
    child = subprocess.Popen(["true"])
    wait_for(lambda: identity_of(child.pid) is None, "that the zombie counts as dead")
    child.wait()


def test_the_tasks_of_srun_get_sigterm_first(
    executor: LocalExecutor, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    programs = tmp_path / "bin"
    programs.mkdir()
    # As srun does: it keeps SIGINT to itself, and kills its tasks on SIGTERM.
    told = "trap 'echo state' INT; trap 'echo killed; exit 1' TERM; echo ready"
    (programs / "srun").write_text(f"{told}; until [ -e stop ]; do sleep 0.01; done; echo ended; exit 143")
    (programs / "scancel").write_text('#!/bin/sh\necho "$@" > stop\n')
    (programs / "scancel").chmod(0o755)
    monkeypatch.setenv("PATH", str(programs), prepend=os.pathsep)
    monkeypatch.setenv("SLURM_JOB_ID", "17")
    words = ("env", "A=1", "sh", str(programs / "srun"), "--kill-on-bad-exit=1", "tfaip-train", "my.scenario")
    job = Job("k", words, tmp_path / "out" / "console.log", Slot.named("cpu:0"))
    executor.submit(job)
    wait_for(lambda: job.console.exists() and "ready" in job.console.read_text(), "the start")
    executor.cancel("k")
    outcome = end_of(executor)
    assert isinstance(outcome, Ended)
    assert (outcome.exit_code, outcome.stopped) == (143, "cancel")
    assert job.console.read_text().splitlines() == ["ready", "ended"]
    assert Path("stop").read_text() == "--signal=TERM 17\n"


@pytest.mark.parametrize(
    ("line", "job", "first"),
    [
        ("srun tfaip-train s", "17", runner.TASKS),
        ("nice -n 5 /usr/bin/srun -n 2 tfaip-train s", "17", runner.TASKS),
        ("srun tfaip-train s", None, signal.SIGINT),
        ("tfaip-train s --trainer.output_dir srun", "17", signal.SIGTERM),
        ("python -m tfaip.trainer s", "17", signal.SIGTERM),
        ("tfaip-train s", None, signal.SIGINT),
        ("python train.py", "17", signal.SIGINT),
    ],
)
def test_the_first_signal_that_stops_a_command(
    line: str, job: str | None, first: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SLURM_JOB_ID", job) if job else monkeypatch.delenv("SLURM_JOB_ID", raising=False)
    assert runner._stopping(line.split())[0] == first
