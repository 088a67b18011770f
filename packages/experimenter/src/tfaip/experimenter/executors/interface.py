"""The interface between the queue and the executors that run its runs."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, runtime_checkable

from tfaip.experimenter.executors.slots import Slot

__all__ = ["Ended", "Executor", "ExecutorError", "Job", "Lost", "Outcome", "Running", "TogetherExecutor"]


@dataclass(frozen=True)
class Job:
    """One attempt at a run, with the resources that it gets.

    Args:
        key: Name of the attempt, never used for another; a job of the same key must never run twice.
        words: Command line.
        console: File that its console output is appended to.
        slot: Place that is reserved for it.
        timeout: Seconds after which it is stopped; `None` for never.
        resources: Words of its row that say what it gets, `gpus=2`: parameters of the executor for this job alone.
    """

    key: str
    words: tuple[str, ...]
    console: Path
    slot: Slot
    timeout: float | None = None
    resources: tuple[str, ...] = ()


@dataclass(frozen=True)
class Running:
    """The job has been submitted and hasn't ended.

    Args:
        started: When it was seen to start, in seconds since 1970; `None` if that isn't known yet.
    """

    started: float | None = None


@dataclass(frozen=True)
class Ended:
    """The job has ended by itself, or was stopped.

    Args:
        exit_code: Its exit code; the negative number of the signal that ended it.
        started: When it started, in seconds since 1970.
        ended: When it ended.
        stopped: `cancel` or `timeout` if it was stopped, else `""`.
    """

    exit_code: int
    started: float
    ended: float
    stopped: str = ""


@dataclass(frozen=True)
class Lost:
    """The job isn't running, will not run any more, and nobody recorded how it ended: the machine went down, say.

    Args:
        reason: Details for people.
        started: Whether it had started.
        stopped: Whether somebody stopped it: a preemption, a time limit, `scancel`. A machine that went down did not.
    """

    reason: str
    started: bool
    stopped: bool = False


Outcome = Running | Ended | Lost


class ExecutorError(Exception):
    """The engine behind an executor refuses something, or can't be reached.

    Args:
        text: Reason, for people.
        permanent: Whether it would be refused again: the run has failed. Otherwise it is asked again later.
    """

    def __init__(self, text: str, *, permanent: bool = False) -> None:
        super().__init__(text)
        self.permanent = permanent


class Executor(Protocol):
    """Runs jobs so that they outlive the process which submitted them; found again by their key.

    It may be a `TogetherExecutor` too, which takes several jobs at once.

    Its parameters (`ExecutorParams`) make it, for the folder where it may keep its records. A class without parameters,
    which `--executor module:Class` may name too, is called with that folder.
    """

    def refusal(self, words: Sequence[str]) -> str | None:
        """Return why a command line can't be run here, before anything is submitted; `None` if it can."""

    def submit(self, job: Job) -> None:
        """Start a job and return at once.

        Raises:
            OSError: It can't be started, and won't be; the run has failed.
            ExecutorError: The engine refuses it, for good or for now; it won't be started.
        """

    def poll(self, key: str) -> Outcome:
        """Return where a job stands, also one that another process submitted which is no more.

        A job that was claimed and never submitted is lost; from then on it can't start any more.

        Raises:
            ExecutorError: The engine can't be asked now; the job counts as running.
        """

    def cancel(self, key: str) -> None:
        """Begin to stop a job, so that it can end cleanly; `close` is the latest time to begin."""

    def forget(self, key: str) -> None:
        """Remove what was kept of a job whose end has been recorded."""

    def wait(self, seconds: float) -> None:
        """Return when a job may have ended, at the latest after some seconds."""

    def close(self) -> None:
        """Give back what the executor itself holds; jobs that run go on."""


@runtime_checkable
class TogetherExecutor(Protocol):
    """An executor that is asked whether it may submit now, and then gets all jobs that start at once."""

    def may_submit(self) -> bool:
        """Whether jobs may be submitted now; else it is asked again soon."""

    def submit_together(self, jobs: Sequence[Job]) -> Mapping[str, OSError | ExecutorError]:
        """Start several jobs and return at once.

        Returns:
            The errors that `submit` would raise, by the keys of the jobs.
        """
