"""Notices that every run dies at its start: a wrong environment, not wrong rows."""

from __future__ import annotations

from tfaip.experimenter.executors.interface import Ended
from tfaip.experimenter.queue.entries import Entry
from tfaip.experimenter.run_folder.progress import read_progress

__all__ = ["StartGuard"]

# Fewer may be wrong rows; a training that dies later than this has got over its start.
LEAST_DEATHS = 3
START_SECONDS = 120.0


class StartGuard:
    """Watches the first runs of a session.

    Args:
        slots: Number of slots; that many runs start before the first of them can warn of the others.
    """

    def __init__(self, slots: int) -> None:
        self._enough = max(LEAST_DEATHS, slots)
        self._dead: set[str] = set()
        self._one_lived = False

    @property
    def deaths(self) -> int:
        """Runs that died at their start."""
        return len(self._dead)

    @property
    def trips(self) -> bool:
        """Whether the first runs, enough of them, all died at their start."""
        return not self._one_lived and self.deaths >= self._enough

    def ended(self, entry: Entry, outcome: Ended, *, failed: bool) -> None:
        """Take the end of a run into account; another try of the same run says nothing new."""
        died = failed and not outcome.stopped and outcome.ended - outcome.started < START_SECONDS
        if died and not (entry.has_output and read_progress(entry.folder).last):
            self._dead.add(entry.id)
        else:
            self._one_lived = True
