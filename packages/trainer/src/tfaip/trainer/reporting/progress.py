"""The display of a training while it runs."""

from __future__ import annotations

import logging
import time
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console
from rich.logging import RichHandler

from tfaip.model.command import logged_to_console
from tfaip.params.table_console import open_console
from tfaip.trainer.history import History
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.reporting.epoch_progress import EpochProgress
from tfaip.trainer.reporting.notebook import NotebookProgress, in_notebook
from tfaip.trainer.reporting.progress_bar import ProgressBar

__all__ = ["ProgressDisplay", "console_of_training", "create_progress"]

logger = logging.getLogger(__name__)


class ProgressDisplay(Protocol):
    """Shows the counts of an epoch."""

    def __enter__(self) -> Self: ...

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None: ...

    def show(self, progress: EpochProgress) -> None:
        """Show the counts; called many times a second."""

    def note(self, text: str) -> None:
        """Show what is done beside the steps: validating, exporting."""


def console_of_training(params: TrainerParams) -> AbstractContextManager[None]:
    """Return the context that logs a training to a console. It logs nothing if logging is set up or progress is off.

    In a notebook, only warnings are: its display shows the rest.
    """
    if params.progress == "off":
        return nullcontext()
    return logged_to_console(level=logging.WARNING if _is_shown_in_notebook(params) else logging.NOTSET)


def _is_shown_in_notebook(params: TrainerParams) -> bool:
    return params.progress in ("auto", "bar") and in_notebook()


def create_progress(params: TrainerParams, history: History) -> ProgressDisplay:
    """Return the display that `params.progress` chooses; in a notebook, one that shows the history too."""
    mode = params.progress
    if _is_shown_in_notebook(params):
        return NotebookProgress(history)
    console = _console_of_log() or open_console(stderr=True)
    if mode == "auto":
        mode = "bar" if console.is_terminal else "lines"
    if mode == "bar":
        return ProgressBar(console)
    if mode == "lines":
        return ProgressLines(params.lines_every)
    return NoProgress()


def _console_of_log() -> Console | None:
    """The console that the log is shown on: only one console can keep lines and bar apart."""
    handlers = logging.getLogger("tfaip").handlers
    return next((handler.console for handler in handlers if isinstance(handler, RichHandler)), None)


class NoProgress:
    """Shows nothing."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc_info: object) -> None:
        """Nothing was opened."""

    def show(self, progress: EpochProgress) -> None:
        """Show nothing."""

    def note(self, text: str) -> None:
        """Show nothing."""


class ProgressLines(NoProgress):
    """Logs a line every few seconds: for files, and for terminals that cannot redraw."""

    def __init__(self, every: float) -> None:
        self._every = every
        self._last = time.monotonic()

    def show(self, progress: EpochProgress) -> None:
        """Log a line if the last one is old enough."""
        now = time.monotonic()
        if now - self._last >= self._every:
            self._last = now
            samples = f"{progress.samples}/{progress.total or '?'}"
            logger.info("%s %s %s", progress.title().replace("epoch", "Epoch", 1), samples, progress.text())
