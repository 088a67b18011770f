"""Runs on a cluster with Slurm."""

from __future__ import annotations

import shlex
import subprocess
from collections.abc import Mapping, Sequence
from datetime import timedelta
from pathlib import Path

from attrs.validators import ge, optional

from tfaip.experimenter.executors.batch import BatchExecutor, BatchExecutorParams, BatchJob, BatchState
from tfaip.experimenter.executors.interface import ExecutorError
from tfaip.experimenter.executors.process_tree import MARK
from tfaip.params import field, params

__all__ = ["SlurmExecutor", "SlurmExecutorParams"]

# States in which a job still is, or may come back to.
ALIVE = {
    *("PENDING", "RUNNING", "CONFIGURING", "COMPLETING", "SUSPENDED", "STOPPED", "SIGNALING", "STAGE_OUT"),
    *("RESIZING", "REQUEUED", "REQUEUE_FED", "REQUEUE_HOLD", "RESV_DEL_HOLD", "SPECIAL_EXIT"),
}
# States of a job that a user, a limit, or a more important job has ended.
STOPPED = {"CANCELLED", "DEADLINE", "PREEMPTED", "TIMEOUT"}
# The messages of sbatch for a right job at a wrong time.
NOT_NOW = (
    "unable to contact",
    "socket timed out",
    "connection refused",
    "slurm temporarily unable",
    "submit limit",
    "maxsubmitjob",
    "try again",
    "unexpected message received",
    "zero bytes were transmitted",
)
# The message of scancel for jobs that have ended meanwhile, after it has reached all others.
HAS_ENDED = "Invalid job id specified"
ANSWER_SECONDS = 60.0
# Options by which sbatch would submit no job, several, or one whose end it waits for.
NOT_ONE_JOB = ("array", "test-only", "wait", "wrap", "help", "usage", "version")
# Variables of the user by which sbatch would do the same.
INPUTS = ("SBATCH_ARRAY_INX", "SBATCH_WAIT")


def _check_options(_: object, __: object, options: Sequence[str]) -> None:
    for option in options:
        name = option.removeprefix("--").partition("=")[0]
        if name.startswith("-") or not name:
            raise ValueError(f"expects long options of sbatch, such as exclusive=user, got {option!r}")
        if name in NOT_ONE_JOB:
            raise ValueError(f"{option}: each row is one job; sbatch must submit it, and not wait for its end")


def _check_time(_: object, __: object, limit: timedelta | None) -> None:
    if limit is not None and limit <= timedelta():
        raise ValueError("must be more than 0 seconds")


@params(name="slurm")
class SlurmExecutorParams(BatchExecutorParams):
    """Run the rows as jobs of Slurm; this machine and the nodes share the current folder and that of the workbook."""

    partition: str | None = field(default=None, help="Partition of the jobs")
    account: str | None = field(default=None, help="Account that the jobs are charged to")
    qos: str | None = field(default=None, help="Quality of service of the jobs")
    constraint: str | None = field(default=None, help="Features that the nodes must have")
    gpus: int | None = field(default=None, validator=optional(ge(0)), help="GPUs of each job")
    cpus: int | None = field(default=None, validator=optional(ge(1)), help="Processors of each task")
    memory: str | None = field(default=None, help="Memory of each node: 16G")
    nodes: int | None = field(default=None, validator=optional(ge(1)), help="Nodes of each job")
    time: timedelta | None = field(
        default=None,
        validator=_check_time,
        help="Time limit of each job: 12:00:00, 2h30m; a number alone is seconds",
    )
    stop_before: timedelta = field(
        default=timedelta(seconds=120),
        validator=ge(timedelta()),
        help="Time before the limit at which a run is stopped, so that it can end cleanly and go on in another job",
    )
    options: list[str] = field(
        factory=list,
        validator=_check_options,
        help="Other options of sbatch, without dashes: exclusive=user mail-type=FAIL",
    )

    def cls(self) -> type[SlurmExecutor]:
        """Return `SlurmExecutor`."""
        return SlurmExecutor

    def sbatch_options(self) -> list[str]:
        """Return the options of sbatch that say what each job gets."""
        values = {
            "partition": self.partition,
            "account": self.account,
            "qos": self.qos,
            "constraint": self.constraint,
            "gpus": self.gpus,
            "cpus-per-task": self.cpus,
            "mem": self.memory,
            "nodes": self.nodes,
        }
        found = [f"--{name}={value}" for name, value in values.items() if value is not None]
        if self.time is not None:
            found.append(f"--time={_duration(self.time)}")
            found.append(f"--signal=B:TERM@{round(min(self.stop_before, self.time / 2).total_seconds())}")
        return [*found, *(f"--{option.removeprefix('--')}" for option in self.options)]


class SlurmExecutor(BatchExecutor):
    """Submits a job of Slurm for each run; works where accounting is off.

    Args:
        params: Its parameters.
        folder: Where the attempts leave their records, beside the queue's state.
    """

    # Slurm allows 1001 by default.
    largest_array = 500

    def __init__(self, params: SlurmExecutorParams, folder: Path) -> None:
        super().__init__(params, folder)
        self._params = params
        self._ids: dict[str, str] = {}

    def submit_batch(self, batch: BatchJob) -> None:
        """Submit a job by sbatch; the queue starts it again, not Slurm."""
        words = [f"--comment={batch.job.console.parent.name}", f"--output={_literal(batch.log)}"]
        self._ids[batch.name] = self._sbatch(batch, words, batch.name, batch.script)

    def submit_array(self, batches: Sequence[BatchJob]) -> None:
        """Submit an array of jobs by one sbatch."""
        name = batches[0].name.rpartition("/")[0]
        cases = []
        for number, batch in enumerate(batches):
            log, mark = shlex.quote(str(batch.log)), shlex.quote(batch.environment[MARK])
            command = batch.script.partition("\n")[2]
            cases.append(f"{number})\nexec >> {log} 2>&1\n{MARK}={mark}\nexport {MARK}\n{command};;\n")
        script = f'#!/bin/sh\ncase "$SLURM_ARRAY_TASK_ID" in\n{"".join(cases)}esac\n'
        words = [f"--comment={len(batches)} rows", "--output=/dev/null", f"--array=0-{len(batches) - 1}"]
        identity = self._sbatch(batches[0], words, name, script)
        self._ids |= {batch.name: f"{identity}_{number}" for number, batch in enumerate(batches)}

    def batch_states(self) -> Mapping[str, BatchState]:
        """Ask squeue for all jobs of this user; those that have ended stay there for some minutes."""
        listed = _ask("squeue", "--me", "--array", "--noheader", "--states=all", "--format=%i|%T|%j")
        states = {}
        for line in listed.splitlines():
            identity, state, name = (*line.split("|", 2), "", "")[:3]  # a job of the user's may have any name
            _, underscore, number = identity.partition("_")
            name = f"{name}/{number}" if underscore else name
            self._ids[name] = identity
            states[name] = BatchState(state in ALIVE, state, state in STOPPED)
        return states

    def _sbatch(self, batch: BatchJob, words: Sequence[str], name: str, script: str) -> str:
        """Submit a script, and return the number of its job."""
        # Behind the user's options, since the last one counts: by its name the job is found again.
        fixed = [f"--chdir={Path.cwd()}", "--export=ALL", "--parsable", "--no-requeue", f"--job-name={name}"]
        # If this process runs in a job itself, the variables of that job would confuse `srun` in the new one.
        kept = {k: v for k, v in batch.environment.items() if not k.startswith("SLURM_") or k == "SLURM_CONF"}
        for name_of_input in INPUTS:
            kept.pop(name_of_input, None)
        # A task that dies ends the others of its `srun`, which would wait for it until the time limit.
        kept.setdefault("SLURM_KILL_BAD_EXIT", "1")
        options = self._params.for_row(batch.job.resources).sbatch_options()
        told = _ask("sbatch", *options, *words, *fixed, script=script, environment=kept)
        return told.strip().partition(";")[0]  # with a cluster behind it, in a federation

    def stop_batch(self, names: Sequence[str]) -> None:
        """Cancel waiting jobs, and send SIGTERM to the runner of those that run."""
        ids = [self._ids[name] for name in names if name in self._ids]
        if not ids:
            return
        for words in (["--state=PENDING"], ["--state=RUNNING", "--batch", "--signal=TERM"]):
            try:
                _ask("scancel", *words, *ids)
            except ExecutorError as error:
                if HAS_ENDED not in str(error):
                    raise


def _ask(program: str, *words: str, script: str | None = None, environment: Mapping[str, str] | None = None) -> str:
    """Return what a command of Slurm prints.

    Raises:
        ExecutorError: It fails; for good, if it is a refusal of the job.
    """
    try:
        done = subprocess.run(
            [program, *words],
            input=script,
            capture_output=True,
            env=environment,
            timeout=ANSWER_SECONDS,
            encoding="utf-8",
            errors="surrogateescape",
        )
    except FileNotFoundError:
        raise ExecutorError(f"there is no program {program} here: is this a machine of the cluster?") from None
    except subprocess.TimeoutExpired:
        raise ExecutorError(f"{program} has not answered for {ANSWER_SECONDS:.0f} s") from None
    if done.returncode:
        text = "; ".join(line.partition("error: ")[2] or line for line in done.stderr.splitlines() if line.strip())
        for_now = any(sign in text.lower() for sign in NOT_NOW)
        raise ExecutorError(
            f"{program}: {text or f'exit code {done.returncode}'}", permanent=script is not None and not for_now
        )
    return done.stdout


def _duration(time: timedelta) -> str:
    minutes, seconds = divmod(round(time.total_seconds()), 60)
    return f"{minutes}:{seconds:02d}"


def _literal(path: Path) -> str:
    """A path in which sbatch replaces nothing."""
    return str(path).replace("%", "%%")
