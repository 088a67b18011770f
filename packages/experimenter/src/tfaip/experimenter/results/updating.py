"""Keeps the sheet of results up to date while runs end."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import nullcontext, suppress

from tfaip.experimenter.commands.plan import Plan
from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.queue.entries import Entry
from tfaip.experimenter.queue.scheduler import Listener
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.results.search_rows import search_results
from tfaip.experimenter.results.table import results_table
from tfaip.experimenter.results.write_results import write_results
from tfaip.experimenter.sheet.rows import read_sheet
from tfaip.experimenter.workbook.workbook_file import Stamp, open_elsewhere, stamp_of

__all__ = ["ResultsUpdater", "UpdatingListener"]

OUR_STAMP = "stamp of the written workbook"
# Runs that end in quick succession share an update, so that writing takes a twentieth of the time at most.
PAUSE_SECONDS = 2.0
PAUSE_FACTOR = 20


class ResultsUpdater:
    """Writes the results of a plan's workbook.

    Args:
        plan: The plan; its stamp is the workbook as it was read.
        store: State of the queue; `None` if there has never been one.
        say: Is told where the results are if not in the workbook.
    """

    def __init__(self, plan: Plan, store: Store | None, say: Callable[[str], None]) -> None:
        self._plan = plan
        self._store = store
        self._say = say
        self._sheet = plan.sheet
        self._stamp: Stamp | None = plan.stamp
        self._due = False
        self._is_beside = False
        self._not_before = 0.0
        self._told = ""

    def request(self) -> None:
        """Note that something has changed."""
        self._due = True

    def write_if_due(self, *, finally_: bool = False) -> None:
        """Write what has been requested, unless the last time was just now; finally, write it in any case."""
        # The user has closed the workbook since.
        self._due |= self._is_beside and open_elsewhere(self._plan.workbook) is None
        if self._due and (finally_ or time.monotonic() >= self._not_before):
            started = time.monotonic()
            self._due = False
            try:
                self.write()
            except ExperimenterError as error:
                # Runs go on whether or not their results can be shown.
                self._tell(str(error))
            ended = time.monotonic()
            self._not_before = ended + max(PAUSE_SECONDS, PAUSE_FACTOR * (ended - started))

    def write(self) -> None:
        """Write the results as they are now.

        Raises:
            ExperimenterError: They can't be written anywhere.
        """
        with self._store.alone("results") if self._store else nullcontext():
            self._take_over_what_others_wrote()
            entries = {entry.id: entry for entry in self._store.entries()} if self._store else {}
            table = results_table(self._sheet, entries, search_results(self._store, self._sheet))
            written = write_results(self._plan.workbook, table, self._stamp)
            self._stamp = written.stamp
            if self._store and not written.why_beside:
                self._store.note(OUR_STAMP, repr(written.stamp))
        was_beside, self._is_beside = self._is_beside, written.was_open
        if written.why_beside:
            self._tell(f"The results are in {written.path}, since {written.why_beside}; --update writes them into it.")
        elif was_beside:
            self._tell(f"The results are in {written.path} now.")

    def _take_over_what_others_wrote(self) -> None:
        """Another experimenter of the queue may have written the workbook, with rows that are new here."""
        now = stamp_of(self._plan.workbook)
        if self._store and now != self._stamp and self._store.noted(OUR_STAMP) == repr(now):
            self._stamp = now
            # It has read that sheet itself; should it be wrong by now, ours is the best that there is.
            with suppress(ExperimenterError):
                self._sheet = read_sheet(self._plan.workbook)

    def _tell(self, text: str) -> None:
        if text != self._told:
            self._say(text)
        self._told = text


class UpdatingListener:
    """Passes events on, and has the results written at the end of each run.

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
