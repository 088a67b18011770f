"""A line for each thing that happens: for files, and for terminals that cannot redraw."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from typing import Self, TextIO

from tfaip.experimenter.commands.command_words import quoted
from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.run_folder.file_ends import log_tail
from tfaip.experimenter.run_folder.progress import RunProgress, read_progress
from tfaip.experimenter.views.numbers import duration, metric_text
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["Lines", "lines_of_end"]


class Lines:
    """Writes lines.

    Args:
        file: Where to; the standard error output if not given.
    """

    def __init__(self, file: TextIO | None = None) -> None:
        self._file = file

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing was opened."""

    def started(self, entry: Entry, words: Sequence[str]) -> None:
        """Tell the slot and the command line."""
        self._write(f"{entry.slot}: {one_line(entry.id)} started: {quoted(words)}")

    def ended(self, entry: Entry) -> None:
        """Tell how it ended; of a failure also the last lines of its log."""
        self._write("\n".join(lines_of_end(entry)))

    def said(self, text: str) -> None:
        """Tell it."""
        self._write(clean_text(text))

    def passed(self) -> None:
        """Nothing changes."""

    def _write(self, text: str) -> None:
        print(text, file=self._file or sys.stderr, flush=True)


def lines_of_end(entry: Entry) -> list[str]:
    """Return how a run ended, in words; each is one line, whatever the run is called or has printed."""
    return [one_line(line) for line in _told_of_end(entry)]


def _told_of_end(entry: Entry) -> list[str]:
    if entry.state is State.FINISHED:
        progress = read_progress(entry.folder) if entry.has_output else RunProgress()
        told = [f"finished in {duration(entry.seconds)}", metric_text(progress), progress.problem]
        return [f"{entry.slot}: {entry.id} {', '.join(filter(None, told))}"]
    if entry.state in (State.INTERRUPTED, State.PREEMPTED, State.CANCELLED, State.PRUNED):
        return [f"{entry.slot}: {entry.id} is {entry.state}: {entry.reason}"]
    again = ", it is tried again" if entry.state is State.QUEUED else ""
    tail = [f"    {line}" for line in log_tail(entry.console)]
    return [f"{entry.slot}: {entry.id} {entry.reason}{again}; see {entry.console}", *tail]
