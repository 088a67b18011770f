"""Runs on this machine, each under a runner of its own."""

from __future__ import annotations

import os
import select
import signal
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Self

from attrs.validators import ge

from tfaip.experimenter.executors.attempt import GIVEN_UP, Attempt, assignment_refusal, environment_of, program_of
from tfaip.experimenter.executors.interface import Job, Lost, Outcome, Running
from tfaip.experimenter.executors.local_gpus import require_gpus
from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.process_identity import Process, send_signal
from tfaip.experimenter.executors.process_tree import end_processes, processes_of
from tfaip.experimenter.executors.slots import Slot
from tfaip.params import field, params

__all__ = ["LocalExecutor", "LocalExecutorParams"]


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

    def for_row(self, resources: Sequence[str]) -> Self:
        """Return the same parameters: a workbook for a cluster runs here too, on the slots that there are."""
        del resources
        return self

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
        if refusal := assignment_refusal(words):
            return refusal
        return None if program_of(words[0]) else f"there is no program {words[0]} on the PATH"

    def submit(self, job: Job) -> None:
        """Start a runner, which starts the job."""
        attempt = Attempt(self._folder, job.key)
        attempt.make(job)
        found = replace(job, words=(program_of(job.words[0]) or job.words[0], *job.words[1:]))
        self._runners[job.key] = subprocess.Popen(
            attempt.runner_words(found, self._grace, str(self._wake_writer)),
            env={**environment_of(job), **job.slot.environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            pass_fds=[self._wake_writer],
            start_new_session=True,
        )

    def poll(self, key: str) -> Outcome:
        """Return where a job stands."""
        attempt = Attempt(self._folder, key)
        process = self._runners.get(key)
        # First who lives, then what is written: the other way round a runner could write and end in between.
        has_ended = process.poll() is not None if process else None
        owner = attempt.owner
        alive = not has_ended if process else attempt.living_owner is not None
        if (ended := attempt.ended) is not None:
            return ended
        if alive:
            return Running(attempt.started)
        if owner is None:
            return Lost("it was never started", False) if attempt.give_up() else self.poll(key)
        _kill_run(attempt)
        return Lost("it was never started" if owner == GIVEN_UP else "its runner is gone", owner != GIVEN_UP)

    def cancel(self, key: str) -> None:
        """Ask the runner to stop the run."""
        owner = Attempt(self._folder, key).living_owner
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
        Attempt(self._folder, key).remove()

    def wait(self, seconds: float) -> None:
        """Wait until a runner of this executor reports, or some seconds."""
        ready, _, _ = select.select([self._wake], [], [], seconds)
        if ready:
            os.read(self._wake, 4096)

    def close(self) -> None:
        """Give the descriptors back."""
        os.close(self._wake)
        os.close(self._wake_writer)


def _kill_run(attempt: Attempt) -> None:
    """Kill the run whose runner was killed: it is to be started again, and must not be there twice."""

    def find() -> list[Process]:
        # Of a child that has ended, the number may be anybody's.
        number = attempt.living_child
        return processes_of(ancestor=number, group=number, mark=attempt.key)

    end_processes(find, 0)
