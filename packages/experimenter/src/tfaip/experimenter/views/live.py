"""The live view: the queue redrawn in place, with events written above it."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.live import Live
from rich.text import Text

from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.views.drawing import drawn_snapshot
from tfaip.experimenter.views.lines import lines_of_end
from tfaip.experimenter.views.snapshot import Snapshot
from tfaip.params.shown_text import clean_text

__all__ = ["LiveView"]

# Reading the folders of the running runs more often would tell nothing new: status.json changes once a second.
REDRAW_SECONDS = 1.0


class LiveView:
    """Draws the queue, as a context.

    Args:
        console: The terminal.
        snapshot: Tells how the queue stands.
    """

    def __init__(self, console: Console, snapshot: Callable[[], Snapshot]) -> None:
        self._snapshot = snapshot
        # Drawn between the steps of the scheduler, not by a thread of its own: the database belongs to one thread.
        self._live = Live(console=console, auto_refresh=False, transient=True)
        self._drawn = -REDRAW_SECONDS

    def __enter__(self) -> Self:
        self._live.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._live.stop()
        if exc_type is None:
            self._live.console.print(drawn_snapshot(self._snapshot()))

    def started(self, entry: Entry, words: Sequence[str]) -> None:
        """Draw it soon."""
        self._drawn = -REDRAW_SECONDS

    def ended(self, entry: Entry) -> None:
        """Write above the drawing how it ended; failures stand in the drawing itself."""
        if entry.state is not State.FAILED:
            self._live.console.print(Text("\n".join(lines_of_end(entry))))
        self._drawn = -REDRAW_SECONDS

    def said(self, text: str) -> None:
        """Write it above the drawing."""
        self._live.console.print(Text(clean_text(text), style="yellow"))

    def passed(self) -> None:
        """Redraw, if the last time is long enough ago."""
        now = time.monotonic()
        if now - self._drawn >= REDRAW_SECONDS:
            self._drawn = now
            self._live.update(drawn_snapshot(self._snapshot()), refresh=True)
