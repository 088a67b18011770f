"""The queue's knowledge of a run."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

__all__ = ["WAITING", "Entry", "State"]


class State(StrEnum):
    """Where a run stands."""

    QUEUED = "queued"
    RUNNING = "running"
    FINISHED = "finished"
    FAILED = "failed"
    # Stopped by the queue, or lost with its machine: it goes on at the next opportunity.
    INTERRUPTED = "interrupted"
    # Stopped from outside, by a time limit, a preemption, `scancel`: it goes on a bounded number of times.
    PREEMPTED = "preempted"
    # Stopped by the user: it stays so until the user wants it again.
    CANCELLED = "cancelled"
    # Stopped by its search, since others are better: it is done.
    PRUNED = "pruned"


# The states of runs that are to be started.
WAITING = (State.QUEUED, State.INTERRUPTED, State.PREEMPTED)


@dataclass(frozen=True)
class Entry:
    """A run in the queue.

    Args:
        id: The user's name of it.
        row: Number of its row in the sheet.
        words: Command line of the row.
        folder: Folder of the run, absolute.
        output_dir: Folder as the row names it; `""` if it names none.
        arguments: Words of the command line that change a resumed run.
        cleanup: Whether checkpoints are removed once it has finished.
        state: Where it stands.
        attempts: How often it was started.
        failures: How often it failed since the queue was last started anew.
        key: Name of its newest attempt.
        slot: Name of the slot of its newest attempt.
        scheduler: Identity of the scheduler that looks after it.
        attempted: Command line of the row when it was last started.
        started: When its newest attempt started, in seconds since 1970.
        ended: When its newest attempt ended.
        seconds: How long its attempts ran in all, the current one not counted.
        exit_code: Exit code of its newest attempt.
        reason: Why it failed or was interrupted.
    """

    id: str
    row: int
    words: tuple[str, ...]
    folder: Path
    output_dir: str
    arguments: tuple[str, ...]
    cleanup: bool
    state: State
    attempts: int
    failures: int
    key: str
    slot: str
    scheduler: str
    attempted: tuple[str, ...]
    started: float | None
    ended: float | None
    seconds: float
    exit_code: int | None
    reason: str

    @property
    def has_output(self) -> bool:
        """Whether the row names the folder, so that the run's own files are in it."""
        return bool(self.output_dir)

    @property
    def console(self) -> Path:
        """File with its console output."""
        return self.folder / "console.log"

    @classmethod
    def of(cls, row: sqlite3.Row) -> Entry:
        """Return the run that a row of the database holds."""
        values = {name: row[name] for name in row.keys() if name in cls.__dataclass_fields__}  # noqa: SIM118
        for name in ("words", "arguments", "attempted"):
            values[name] = tuple(json.loads(values[name]))
        values |= {"folder": Path(row["folder"]), "cleanup": bool(row["cleanup"]), "state": State(row["state"])}
        return cls(**values)
