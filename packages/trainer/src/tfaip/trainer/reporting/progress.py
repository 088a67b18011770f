"""What is seen of a training while it runs."""

from __future__ import annotations

import logging
import time
from collections.abc import Iterable, Mapping
from types import TracebackType
from typing import Protocol, Self

from rich.console import Console, RenderableType
from rich.logging import RichHandler
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from tfaip.trainer.reporting.results_line import format_value

__all__ = ["EpochProgress", "ProgressDisplay", "create_progress"]

logger = logging.getLogger(__name__)


class EpochProgress:
    """Counts of the current epoch.

    Args:
        epoch: Its number, from 1.
        epochs: Epochs that are planned.
        total: Samples of the epoch, `None` if not known.
    """

    def __init__(self, epoch: int, epochs: int, total: int | None) -> None:
        self.epoch = epoch
        self.epochs = epochs
        self.total = total
        self.samples = 0
        self.seconds = 0.0
        self.waited = 0.0
        self.logs: Mapping[str, float] = {}

    def add(self, samples: int, seconds: float, waited: float, logs: Mapping[str, float]) -> None:
        """Take one call of the loop into account."""
        self.samples += samples
        self.seconds += seconds
        self.waited += waited
        self.logs = logs

    @property
    def samples_per_second(self) -> float:
        """Speed of the epoch so far."""
        return self.samples / self.seconds if self.seconds else 0.0

    @property
    def data_wait(self) -> float:
        """Share of the time, from 0 to 1, that was spent waiting for data."""
        return self.waited / self.seconds if self.seconds else 0.0

    @property
    def eta(self) -> float | None:
        """Seconds to the end of the training at the epoch's speed, validation not counted."""
        if not self.total or not self.samples:
            return None
        left = max(self.total - self.samples, 0) + (self.epochs - self.epoch) * self.total
        return left / self.samples_per_second

    def summary(self) -> str:
        """Return time, speed and waiting of the whole epoch, for people."""
        return f"{_duration(self.seconds)}, {self.samples_per_second:,.0f} samples/s, data wait {self.data_wait:.0%}"

    def text(self) -> str:
        """Return the speed, the waiting, the time left and the logs, for people."""
        logs = " ".join(f"{name} {format_value(value)}" for name, value in self.logs.items())
        eta = f"ETA {_duration(self.eta)}" if self.eta is not None else "ETA -"
        return f"{logs} | {self.samples_per_second:,.0f} samples/s | {eta} | data wait {self.data_wait:.0%}"


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


def create_progress(mode: str, lines_every: float) -> ProgressDisplay:
    """Return the display of `mode`: auto, bar, lines or off."""
    console = _console_of_log() or Console(stderr=True)
    if mode == "auto":
        mode = "bar" if console.is_terminal else "lines"
    if mode == "bar":
        return ProgressBar(console)
    if mode == "lines":
        return ProgressLines(lines_every)
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
            logger.info("Epoch %d/%d %s %s", progress.epoch, progress.epochs, samples, progress.text())


class ProgressBar:
    """Draws a bar that is redrawn in place; what is logged meanwhile appears above it."""

    def __init__(self, console: Console) -> None:
        self._bar = _TwoLineProgress(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("[dim]{task.fields[pace]}"),
            console=console,
            expand=True,
            transient=True,
        )
        self._task = self._bar.add_task("preparing", total=None, logs={}, pace="")

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._bar.stop()

    def show(self, progress: EpochProgress) -> None:
        """Redraw the bar."""
        eta = "-" if progress.eta is None else _duration(progress.eta)
        self._bar.update(
            self._task,
            description=f"epoch {progress.epoch}/{progress.epochs}",
            completed=progress.samples,
            total=progress.total,
            logs=progress.logs,
            pace=f"{progress.samples_per_second:,.0f}/s ETA {eta} wait {progress.data_wait:.0%}",
        )

    def note(self, text: str) -> None:
        """Replace the speed by `text`."""
        self._bar.update(self._task, pace=text)


class _TwoLineProgress(Progress):
    """The bar with the pace, and below it the logs, which would leave no room for the bar on 80 columns."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield both lines."""
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            logs: Mapping[str, float] = task.fields["logs"]
            if logs:
                text = "  ".join(f"{name} {format_value(value)}" for name, value in logs.items())
                yield Text(f"  {text}", style="cyan", overflow="ellipsis", no_wrap=True)


def _duration(seconds: float | None) -> str:
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
