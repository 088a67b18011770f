"""The display in a notebook: one output that is updated in place."""

from __future__ import annotations

import sys
import time
from html import escape
from typing import Any, Self

from tfaip.params.shown_text import number_text, one_line
from tfaip.trainer.history import History, epochs_html
from tfaip.trainer.reporting.epoch_progress import EpochProgress

__all__ = ["NotebookProgress", "in_notebook"]

# Each update travels to the browser, and each look at the logs waits for the device.
UPDATE_EVERY = 0.5


def in_notebook() -> bool:
    """Return whether this is the process of a notebook, which shows HTML."""
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    return hasattr(shell, "kernel")


class NotebookProgress:
    """Shows the bar of the epoch above the table of the epochs that are done.

    It uses only `display` with a `display_id` and its update, so each front end shows it.

    Args:
        history: The epochs that are done; grows meanwhile.
    """

    def __init__(self, history: History) -> None:
        self._history = history
        self._bar = ""
        self._note = "preparing"
        self._updated = -UPDATE_EVERY
        self._handle: Any = None

    def __enter__(self) -> Self:
        from IPython.display import HTML, display

        self._handle = display(HTML(self._html()), display_id=True)
        return self

    def __exit__(self, exc_type: type[BaseException] | None, *_: object) -> None:
        self._bar = ""
        self._note = "" if exc_type is None else f"ended by {exc_type.__name__}"
        self._update()

    def show(self, progress: EpochProgress) -> None:
        """Draw the bar anew, if the last drawing is old enough."""
        now = time.monotonic()
        if now - self._updated < UPDATE_EVERY:
            return
        self._updated = now
        logs = ", ".join(f"{one_line(name)} {number_text(value)}" for name, value in progress.logs().items())
        # Without a value, a browser shows that something goes on, and no share.
        share = f' value="{progress.samples}" max="{progress.total}"' if progress.total else ""
        self._bar = (
            f'<div>{escape(progress.title())} <progress{share} style="width: 40%"></progress> '
            f"{escape(progress.pace())}</div><div>{escape(logs)}</div>"
        )
        self._note = ""
        self._update()

    def note(self, text: str) -> None:
        """Show what is done beside the steps."""
        self._note = one_line(text)
        self._update()

    def _update(self) -> None:
        from IPython.display import HTML

        # None where no kernel shows anything, as in a script that runs in IPython.
        if self._handle is not None:
            self._handle.update(HTML(self._html()))

    def _html(self) -> str:
        note = f"<div>{escape(self._note)}</div>" if self._note else ""
        return f"{self._bar}{note}{epochs_html(self._history.epochs, self._history.best_epoch)}"
