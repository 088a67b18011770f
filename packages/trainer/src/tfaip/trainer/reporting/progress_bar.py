"""The live display on a terminal."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from typing import Self

from rich.console import Console, ConsoleOptions, RenderableType, RenderResult
from rich.markup import escape
from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn
from rich.text import Text

from tfaip.params.shown_text import number_text, one_line
from tfaip.trainer.reporting.epoch_progress import EpochProgress

__all__ = ["LiveLogs", "ProgressBar"]

# Columns of a line beside title and pace: spinner, percentage, the gaps, and a bar that can still be read.
_OTHER_COLUMNS = 1 + len("100%") + 4 + 6
# Nobody reads faster, and each look at the logs waits for the device.
LOGS_EVERY = 0.5


class ProgressBar:
    """Draws a bar that is redrawn in place; messages in between appear above it.

    Args:
        console: Where it is drawn.
    """

    def __init__(self, console: Console) -> None:
        self._bar = _BarAboveLogs(
            SpinnerColumn(),
            TextColumn("[bold]{task.description}"),
            BarColumn(bar_width=None),
            TextColumn("{task.percentage:>3.0f}%"),
            TextColumn("{task.fields[pace]}", style="dim", markup=False),
            console=console,
            expand=True,
            transient=True,
            refresh_per_second=5,
        )
        self._task = self._bar.add_task("preparing", total=None, logs={}, pace="")
        self._logs_shown = -LOGS_EVERY

    def __enter__(self) -> Self:
        self._bar.start()
        return self

    def __exit__(self, *exc_info: object) -> None:
        self._bar.stop()

    def show(self, progress: EpochProgress) -> None:
        """Redraw the bar."""
        now = time.monotonic()
        if now - self._logs_shown >= LOGS_EVERY:
            self._logs_shown = now
            self._bar.update(self._task, logs=progress.logs())
        pace = progress.pace()
        room = self._bar.console.width - _OTHER_COLUMNS - len(pace)
        self._bar.update(
            self._task,
            description=escape(progress.title(room)),
            completed=progress.samples,
            total=progress.total,
            pace=pace,
        )

    def note(self, text: str) -> None:
        """Replace the speed by `text`."""
        self._bar.update(self._task, pace=one_line(text))


class _BarAboveLogs(Progress):
    """The bar with the throughput, and the logs below it. On 80 columns, both don't fit on one line."""

    def get_renderables(self) -> Iterable[RenderableType]:
        """Yield both."""
        yield self.make_tasks_table(self.tasks)
        for task in self.tasks:
            if task.fields["logs"]:
                yield LiveLogs(task.fields["logs"])


class LiveLogs:
    """Names and values, with as many per line as fit. If there are very many, only some are shown.

    Args:
        logs: Value of each log.
        max_lines: Lines at most.
    """

    def __init__(self, logs: Mapping[str, float], max_lines: int = 4) -> None:
        self._logs = logs
        self._max_lines = max_lines

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """Yield the lines."""
        lines = self.lines(options.max_width)
        for line in lines:
            yield Text(line, style="cyan", overflow="ellipsis", no_wrap=True)

    def lines(self, width: int) -> list[str]:
        """Return the lines for a display of so many columns; the values of all lines stand in columns."""
        # The values that everybody looks at first are never left out.
        names = sorted(self._logs, key=lambda name: name not in ("loss", "lr"))
        items = [f"{one_line(name)} {number_text(self._logs[name])}" for name in names]
        indent, gap = "  ", 2
        column = min(max(map(len, items)), width - len(indent))
        per_line = max(1, (width - len(indent) + gap) // (column + gap))
        if len(items) <= per_line:
            return [indent + (" " * gap).join(items)]
        hidden = len(items) - per_line * self._max_lines
        if hidden > 0:
            items = items[: per_line * self._max_lines - 1]
            items.append(f"and {hidden + 1} more")
        rows = [items[start : start + per_line] for start in range(0, len(items), per_line)]
        return [indent + (" " * gap).join(item.ljust(column) for item in row).rstrip() for row in rows]
