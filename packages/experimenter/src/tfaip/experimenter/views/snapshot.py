"""The state of a queue at a moment, to be shown."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.run_folder.file_ends import log_tail
from tfaip.experimenter.run_folder.progress import RunProgress, read_progress

__all__ = ["RunView", "Snapshot", "take_snapshot"]


@dataclass(frozen=True)
class RunView:
    """A run as it stands.

    Args:
        entry: The queue's entry of it.
        progress: The run as its folder describes it.
        seconds: How long it has run, all attempts together.
        tail: The last lines of its console, of a failed run only.
    """

    entry: Entry
    progress: RunProgress
    seconds: float
    tail: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        entry, progress = self.entry, self.progress
        return {
            "id": entry.id,
            "row": entry.row,
            "state": entry.state.value,
            "slot": entry.slot or None,
            "attempts": entry.attempts,
            "seconds": round(self.seconds, 3),
            "epoch": progress.epoch,
            "epochs": progress.epochs,
            "eta": progress.eta if entry.state is State.RUNNING else None,
            "metric": progress.metric,
            "best_value": progress.best_value,
            "best_epoch": progress.best_epoch,
            "exit_code": entry.exit_code,
            "reason": entry.reason or None,
            "problem": progress.problem or None,
            "folder": str(entry.folder),
            "console": str(entry.console),
            "tail": list(self.tail),
        }


@dataclass(frozen=True)
class Snapshot:
    """A queue as it stands.

    Args:
        runs: All runs in the order of their rows.
        slots: Names of the slots of all experimenters that are at work.
        paused: Why the queue has paused itself, `""` if it hasn't.
    """

    runs: tuple[RunView, ...]
    slots: tuple[str, ...]
    paused: str = ""

    def having(self, *states: State) -> list[RunView]:
        """Return the runs that are in one of the states."""
        return [run for run in self.runs if run.entry.state in states]

    @property
    def counts(self) -> dict[str, int]:
        """Number of runs in each state."""
        counted = Counter(run.entry.state for run in self.runs)
        return {state.value: counted[state] for state in State}

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {
            "counts": self.counts,
            "slots": list(self.slots),
            "paused": self.paused or None,
            "runs": [run.as_json() for run in self.runs],
        }


def take_snapshot(entries: Sequence[Entry], slots: Sequence[str], paused: str = "", *, live: bool = False) -> Snapshot:
    """Read how a queue stands.

    Args:
        entries: The runs.
        slots: Names of the slots.
        paused: Why the queue has paused itself.
        live: Whether the folders of runs that neither run nor failed can be left unread, as nobody looks at them.
    """
    now = time.time()
    return Snapshot(tuple(_view(entry, now, live=live) for entry in entries), tuple(slots), paused)


def _view(entry: Entry, now: float, *, live: bool) -> RunView:
    read = entry.has_output and entry.attempts > 0 and not (live and entry.state is not State.RUNNING)
    progress = read_progress(entry.folder) if read else RunProgress()
    current = now - entry.started if entry.state is State.RUNNING and entry.started else 0.0
    tail = tuple(log_tail(entry.console)) if entry.state is State.FAILED else ()
    return RunView(entry, progress, entry.seconds + current, tail)
