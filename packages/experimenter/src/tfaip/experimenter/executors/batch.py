"""The base of executors for batch systems: Slurm, PBS, Grid Engine, HTCondor, a cloud's batch service, ..."""

from __future__ import annotations

import shlex
import time
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from attrs.validators import ge

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.attempt import GIVEN_UP, Attempt, assignment_refusal, environment_of
from tfaip.experimenter.executors.interface import ExecutorError, Job, Lost, Outcome, Running
from tfaip.experimenter.executors.params import ExecutorParams
from tfaip.experimenter.executors.runner import NEVER
from tfaip.experimenter.executors.slots import Slot
from tfaip.params import field, params

__all__ = ["BatchExecutor", "BatchExecutorParams", "BatchJob", "BatchState"]

# How often the engine is asked at most, for all jobs at once.
ASK_SECONDS = 1.0
# An engine lists a new job late, and a shared file system shows the record of its end late.
SETTLE_SECONDS = 10.0
# A job that isn't listed still runs as long as its runner touches its record: the engine may have lost its memory, or
# another cluster be asked.
SILENCE_SECONDS = 30.0
PREFIX = "tfaip-"
# The file of an attempt with the name of its job in an array.
NAME = "name"


@dataclass(frozen=True)
class BatchJob:
    """The parts of a job that a batch system gets.

    Args:
        name: Name of the job, which no other job ever has.
        script: A shell script that executes the runner of the job; its process gives way to the runner.
        log: File for the output of the script itself, such as a missing interpreter on a node.
        environment: Environment of the job, without the devices of this machine.
        job: The job of the queue.
    """

    name: str
    script: str
    log: Path
    environment: Mapping[str, str]
    job: Job


@dataclass(frozen=True)
class BatchState:
    """Where a job stands for the batch system.

    Args:
        alive: Whether it waits, runs, or is about to end.
        text: The system's own word for it: `PENDING`, `NODE_FAIL`.
        stopped: Whether somebody stopped it: a preemption, a time limit, a user. A node that failed did not.
    """

    alive: bool
    text: str
    stopped: bool = False


@params
class BatchExecutorParams(ExecutorParams):
    """Base of the parameters of executors for batch systems."""

    grace: timedelta = field(
        default=timedelta(seconds=60),
        validator=ge(timedelta()),
        help="Time between the signals that stop a run: SIGINT, SIGTERM, SIGKILL",
    )

    def require_slots(self, slots: Sequence[Slot]) -> None:
        """Refuse slots on GPUs of this machine."""
        if any(slot.kind == "gpu" for slot in slots):
            raise ExperimenterError(
                "--gpus: names GPUs of this machine, but the rows run on a cluster; --slots 50 runs at most 50 rows "
                "at once, and --executor.gpus says how many GPUs each of them gets"
            )


class BatchExecutor(ABC):
    """Runs each job as a job of a batch system, which executes the same runner as on this machine.

    The runner writes the records of its job into `folder`, which this machine and the nodes share. A subclass has three
    hooks: `submit_batch`, `batch_states` and `stop_batch`. They raise `ExecutorError` where the system doesn't answer.
    A system with arrays of jobs has a fourth one, `submit_array`, and says by `largest_array` how many jobs that takes.

    Args:
        params: Its parameters.
        folder: Where the attempts leave their records, beside the queue's state.
    """

    largest_array = 0

    def __init__(self, params: BatchExecutorParams, folder: Path) -> None:
        self._folder = folder.absolute()
        self._grace = params.grace.total_seconds()
        self._states: Mapping[str, BatchState] = {}
        self._asked = -ASK_SECONDS
        self._trouble: ExecutorError | None = None
        self._outcomes: dict[str, Outcome] = {}
        self._missing: dict[str, float] = {}
        self._beats: dict[str, tuple[int | None, float]] = {}
        self._to_stop: list[str] = []
        self._names: dict[str, str] = {}
        self._submitted = -ASK_SECONDS
        self._wishes = False

    @abstractmethod
    def submit_batch(self, batch: BatchJob) -> None:
        """Submit a job; the system must not start it a second time by itself.

        Raises:
            ExecutorError: The system refuses it, for good or for now.
        """

    @abstractmethod
    def batch_states(self) -> Mapping[str, BatchState]:
        """Return the state of each job of this user by its name, in one call; old jobs that have ended may be left out.

        Raises:
            ExecutorError: The system can't be asked now.
        """

    @abstractmethod
    def stop_batch(self, names: Sequence[str]) -> None:
        """Take waiting jobs off the queue, and send SIGTERM to the script of those that run, and to nothing else.

        Raises:
            ExecutorError: The system can't be asked now.
        """

    def submit_array(self, batches: Sequence[BatchJob]) -> None:
        """Submit several jobs in one call, which differ in their scripts alone.

        Their names are that of the array, a slash, and a number from 0: the states of the jobs have the same names.

        Raises:
            ExecutorError: The system refuses them all, for good or for now.
        """
        raise NotImplementedError

    def refusal(self, words: Sequence[str]) -> str | None:
        """Return why a command line can't be run; the programs of the nodes aren't known here."""
        return assignment_refusal(words)

    def submit(self, job: Job) -> None:
        """Submit the runner of a job."""
        batch = self._prepared(job, PREFIX + job.key)
        try:
            self.submit_batch(batch)
        except ExecutorError:
            # It may have been taken all the same, with the answer lost on the way.
            Attempt(self._folder, job.key).give_up()
            raise
        self._outcomes[job.key] = Running()

    def may_submit(self) -> bool:
        """Whether jobs may be submitted now: questions and submissions together are one call a second."""
        self._wishes = time.monotonic() - max(self._submitted, self._asked) < ASK_SECONDS
        return not self._wishes

    def submit_together(self, jobs: Sequence[Job]) -> Mapping[str, OSError | ExecutorError]:
        """Submit several jobs, those with the same resources in one call if the system has arrays.

        Returns:
            The refusals, by the keys of the jobs.
        """
        self._submitted = time.monotonic()
        groups: dict[tuple[str, ...], list[Job]] = {}
        for job in jobs:
            groups.setdefault(job.resources, []).append(job)
        refused: dict[str, OSError | ExecutorError] = {}
        for group in groups.values():
            size = max(1, self.largest_array)
            for start in range(0, len(group), size):
                refused |= self._submit_group(group[start : start + size])
        return refused

    def _submit_group(self, jobs: Sequence[Job]) -> dict[str, OSError | ExecutorError]:
        refused: dict[str, OSError | ExecutorError] = {}
        if len(jobs) == 1:
            try:
                self.submit(jobs[0])
            except (OSError, ExecutorError) as error:
                refused[jobs[0].key] = error
            return refused
        batches: list[BatchJob] = []
        array = f"{PREFIX}{jobs[0].key}"
        for job in jobs:
            try:
                batches.append(self._prepared(job, f"{array}/{len(batches)}"))
            except OSError as error:
                refused[job.key] = error
        try:
            self.submit_array(batches)
        except ExecutorError as error:
            for batch in batches:
                Attempt(self._folder, batch.job.key).give_up()
            return refused | {batch.job.key: error for batch in batches}
        self._outcomes |= {batch.job.key: Running() for batch in batches}
        return refused

    def _prepared(self, job: Job, name: str) -> BatchJob:
        attempt = Attempt(self._folder, job.key)
        attempt.make(job)
        if name != PREFIX + job.key:
            # Before it is submitted: another process finds the job by this name.
            (attempt.folder / NAME).write_text(name, encoding="utf-8")
        words = attempt.runner_words(job, self._grace, NEVER)
        environment = {name: text for name, text in environment_of(job).items() if name != "CUDA_VISIBLE_DEVICES"}
        script = f"#!/bin/sh\nexec {shlex.join(words)}\n"
        return BatchJob(name, script, attempt.folder / "batch.log", environment, job)

    def _name(self, key: str) -> str:
        """The name of a job: that in an array which its attempt has noted, else its own."""
        if key not in self._names:
            try:
                self._names[key] = (self._folder / key / NAME).read_text(encoding="utf-8")
            except OSError:
                self._names[key] = PREFIX + key
        return self._names[key]

    def poll(self, key: str) -> Outcome:
        """Return where a job stands; all jobs are asked for at once, and at most once a second."""
        now = time.monotonic()
        # Jobs that are to be submitted take turns with the questions.
        turn = 2 * ASK_SECONDS if self._wishes and self._asked > self._submitted else ASK_SECONDS
        if now - max(self._submitted, self._asked) >= turn:
            self._asked = now
            self._trouble = None
            try:
                self._states = self.batch_states()
            except ExecutorError as error:
                self._trouble = error
            if self._trouble is not None:
                raise self._trouble
            self._outcomes.clear()
            # Until they end: a job that is about to start hears nothing yet.
            self._to_stop = [name for name in self._to_stop if name in self._states and self._states[name].alive]
            if self._to_stop:
                self.stop_batch(self._to_stop)
        if self._trouble is not None:
            raise self._trouble
        if key not in self._outcomes:
            self._outcomes[key] = self._outcome(key, now)
        return self._outcomes[key]

    def cancel(self, key: str) -> None:
        """Stop a job, so that its run can end cleanly: with all others that are to be stopped, at the next poll."""
        self._to_stop.append(self._name(key))

    def forget(self, key: str) -> None:
        """Remove the record of a job."""
        self._outcomes.pop(key, None)
        self._missing.pop(key, None)
        self._beats.pop(key, None)
        self._names.pop(key, None)
        Attempt(self._folder, key).remove()

    def wait(self, seconds: float) -> None:
        """Wait some seconds."""
        time.sleep(seconds)

    def close(self) -> None:
        """Stop the jobs that are still to be stopped; all others go on."""
        if self._to_stop:
            with suppress(ExecutorError):
                self.stop_batch(self._to_stop)

    def _outcome(self, key: str, now: float) -> Outcome:
        attempt = Attempt(self._folder, key)
        if (ended := attempt.ended) is not None:
            return ended
        state = self._states.get(self._name(key))
        if state is not None and state.alive:
            self._missing.pop(key, None)
            self._beats.pop(key, None)
            return Running(attempt.started)
        word = f": {state.text}" if state is not None else ""
        stopped = state is not None and state.stopped
        given_up = attempt.owner == GIVEN_UP
        is_settled = given_up or now - self._missing.setdefault(key, now) >= SETTLE_SECONDS
        if (is_settled or state is not None) and attempt.owner is None and attempt.give_up():
            return Lost(f"it was never started{word}", False, stopped)
        if not is_settled or (state is None and not given_up and self._has_sign_of_life(attempt, now)):
            return Running(attempt.started)
        owner = attempt.owner
        # A runner that came at the last moment may have recorded an end.
        return attempt.ended or Lost(
            f"it was never started{word}" if owner == GIVEN_UP else f"its batch job is gone{word}",
            owner != GIVEN_UP,
            stopped,
        )

    def _has_sign_of_life(self, attempt: Attempt, now: float) -> bool:
        """Whether the runner of a job that isn't listed has touched its record lately, whatever the clocks say."""
        beat = attempt.beat
        before, since = self._beats.get(attempt.key, (None, now))
        if beat != before:
            since = now
        self._beats[attempt.key] = beat, since
        return beat is not None and now - since < SILENCE_SECONDS
