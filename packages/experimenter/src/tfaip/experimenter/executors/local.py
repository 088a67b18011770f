"""Runs on this machine, each under a runner of its own."""

from __future__ import annotations

import os
import re
import select
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from attrs.validators import ge

from tfaip.experimenter.executors import runner
from tfaip.experimenter.executors.interface import Ended, Job, Lost, Outcome, Running
from tfaip.experimenter.executors.local_gpus import require_gpus
from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.process_identity import Process, is_alive, send_signal
from tfaip.experimenter.executors.process_tree import MARK, end_processes, processes_of
from tfaip.experimenter.executors.slots import Slot
from tfaip.params import field, params

__all__ = ["LocalExecutor", "LocalExecutorParams"]

HERE = Path(__file__).parent
# Without `site` a runner starts in half the time. It needs nothing that is installed, and no `__init__` of the packages
# around it, since that would import tfaip.params: their folders are enough.
START_RUNNER = f"""import sys
for name, folder in ("tfaip", {str(HERE.parents[1])!r}), ("tfaip.experimenter", {str(HERE.parent)!r}), (
    "tfaip.experimenter.executors", {str(HERE)!r}
):
    package = sys.modules[name] = type(sys)(name)
    package.__path__ = [folder]
from {runner.__name__} import main
main(sys.argv[1:])"""
# Who created the file instead of a runner: the scheduler that gave the attempt up.
GIVEN_UP = "given up"


@params(name="local")
class LocalExecutorParams(ExecutorParams):
    """Run the rows on this machine."""

    grace: timedelta = field(
        default=timedelta(seconds=10),
        validator=ge(timedelta()),
        help="Time between the signals that stop a run: SIGINT, SIGTERM, SIGKILL",
    )

    def cls(self) -> type[LocalExecutor]:
        """Return `LocalExecutor`."""
        return LocalExecutor

    def require_slots(self, slots: Sequence[Slot]) -> None:
        """Refuse slots on GPUs that this machine does not have."""
        require_gpus(slots)


class LocalExecutor:
    """Starts a runner for each job, in the current folder.

    Args:
        params: Its parameters.
        folder: Where the attempts leave their records, beside the queue's state.
    """

    def __init__(self, params: LocalExecutorParams, folder: Path) -> None:
        self._folder = folder
        self._grace = params.grace.total_seconds()
        self._runners: dict[str, subprocess.Popen[bytes]] = {}
        self._wake, self._wake_writer = os.pipe()
        os.set_blocking(self._wake, False)

    def refusal(self, words: Sequence[str]) -> str | None:
        """Return why a command line can't be run: there is no such program."""
        if re.match(r"[A-Za-z_]\w*=", words[0]):
            return f"a variable is set by a program: write env {words[0]} and then the command"
        if _program(words[0]) is None:
            return f"there is no program {words[0]} on the PATH"
        return None

    def submit(self, job: Job) -> None:
        """Start a runner, which starts the job."""
        attempt = self._folder / job.key
        attempt.mkdir(parents=True)
        job.console.parent.mkdir(parents=True, exist_ok=True)
        timeout = runner.NEVER if job.timeout is None else repr(job.timeout)
        settings = [str(attempt), str(job.console), timeout, repr(self._grace), str(self._wake_writer)]
        words = [_program(job.words[0]) or job.words[0], *job.words[1:]]
        self._runners[job.key] = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", START_RUNNER, *settings, *words],
            env={**os.environ, **_path(), **job.slot.environment, MARK: job.key},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._wake_writer],
            start_new_session=True,
        )

    def poll(self, key: str) -> Outcome:
        """Return where a job stands."""
        attempt = self._folder / key
        process = self._runners.get(key)
        # First who lives, then what is written: the other way round a runner could write and end in between.
        has_ended = process.poll() is not None if process else None
        owner = _read(attempt / runner.OWNER)
        alive = not has_ended if process else owner is not None and is_alive(owner)
        if (record := _read(attempt / runner.EXIT)) is not None:
            code, started, ended, *stopped = record.split()
            return Ended(int(code), float(started), float(ended), "".join(stopped))
        if alive:
            return Running(_modified(attempt / runner.CHILD))
        if owner is None:
            return self._give_up(attempt, key)
        _kill_run(attempt)
        return Lost("it was never started" if owner == GIVEN_UP else "its runner is gone", owner != GIVEN_UP)

    def cancel(self, key: str) -> None:
        """Ask the runner to stop the run."""
        owner = _read(self._folder / key / runner.OWNER)
        process = self._runners.get(key)
        if owner is not None and send_signal(owner, signal.SIGTERM):
            return
        if process is not None and process.poll() is None:
            # So young that it doesn't handle the signal yet, which then ends it before anything has started.
            process.terminate()

    def forget(self, key: str) -> None:
        """Remove the record of a job."""
        process = self._runners.pop(key, None)
        if process is not None:
            process.wait()  # it has written its last record, and is about to end
        shutil.rmtree(self._folder / key, ignore_errors=True)

    def wait(self, seconds: float) -> None:
        """Wait until a runner of this executor reports, or some seconds."""
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            os.read(self._wake, 4096)

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._wake)
        os.close(self._wake_writer)

    def _give_up(self, attempt: Path, key: str) -> Outcome:
        """Make sure that a runner which is still on its way to the record won't start the job any more."""
        attempt.mkdir(parents=True, exist_ok=True)
        try:
            with (attempt / runner.OWNER).open("x", encoding="utf-8") as file:
                file.write(GIVEN_UP)
        except FileExistsError:
            return self.poll(key)
        return Lost("it was never started", False)


def _program(word: str) -> str | None:
    """The program of a word: on the PATH, or beside the interpreter whose environment isn't activated."""
    return shutil.which(word) or shutil.which(word, path=sysconfig.get_path("scripts"))


def _path() -> dict[str, str]:
    """Let programs be found beside the interpreter behind other words too: `nice -n 5 tfaip-train`."""
    return {"PATH": os.pathsep.join(filter(None, [os.environ.get("PATH", os.defpath), sysconfig.get_path("scripts")]))}


def _kill_run(attempt: Path) -> None:
    """Kill the run whose runner was killed: it is to be started again, and must not be there twice."""
    child = _read(attempt / runner.CHILD)

    def find() -> list[Process]:
        # Of a child that has ended, the number may be anybody's.
        number = int(child.partition(" ")[0]) if child is not None and is_alive(child) else None
        return processes_of(ancestor=number, group=number, mark=attempt.name)

    end_processes(find, 0)


def _read(path: Path) -> str | None:
    try:
        return path.read_text(encoding="utf-8")
    except OSError:
        return None


def _modified(path: Path) -> float | None:
    try:
        return path.stat().st_mtime
    except OSError:
        return None
