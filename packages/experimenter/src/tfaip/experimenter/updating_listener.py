"""A listener that keeps the results up to date beside telling another listener what happens."""

from __future__ import annotations

from collections.abc import Sequence

from tfaip.experimenter.queue.entries import Entry
from tfaip.experimenter.queue.scheduler import Listener
from tfaip.experimenter.results.updating import ResultsUpdater

__all__ = ["UpdatingListener"]


class UpdatingListener:
    """Passes on what happens, and has the results written at the end of each run.

    Args:
        listener: Who is told.
        updater: Who writes.
    """

    def __init__(self, listener: Listener, updater: ResultsUpdater) -> None:
        self._listener = listener
        self._updater = updater

    def started(self, entry: Entry, words: Sequence[str]) -> None:
        """Pass it on."""
        self._listener.started(entry, words)

    def ended(self, entry: Entry) -> None:
        """Pass it on, and note that there is something to write."""
        self._listener.ended(entry)
        self._updater.request()

    def said(self, text: str) -> None:
        """Pass it on."""
        self._listener.said(text)

    def passed(self) -> None:
        """Write what is to be written."""
        self._updater.write_if_due()
        self._listener.passed()
