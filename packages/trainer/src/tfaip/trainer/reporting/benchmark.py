"""Where the time of a run goes."""

from __future__ import annotations

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from rich.table import Table
from rich.text import Text

from tfaip.params.shown_text import one_line
from tfaip.trainer.reporting.epoch_progress import EpochProgress, format_duration
from tfaip.trainer.reporting.plain_table import SIMPLE, as_text

__all__ = ["Benchmark"]


@dataclass
class _EpochTimes:
    steps: int = 0
    samples: int = 0
    training: float = 0.0
    waited: float = 0.0
    beside: dict[str, float] = field(default_factory=lambda: defaultdict(float))


class Benchmark:
    """Collects the times of the epochs of this process.

    The first epoch is left out wherever there are others, since everything is traced and compiled in it.
    """

    def __init__(self) -> None:
        self._done: list[_EpochTimes] = []
        self._current = _EpochTimes()

    @contextmanager
    def timed(self, what: str) -> Iterator[None]:
        """Count the time of the context as spent on `what` beside the steps."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self._current.beside[what] += time.perf_counter() - started

    def end_epoch(self, counts: EpochProgress) -> None:
        """Close the times of an epoch."""
        current = self._current
        current.steps, current.samples = counts.steps, counts.samples
        current.training, current.waited = counts.seconds, counts.waited
        self._done.append(current)
        self._current = _EpochTimes()

    @property
    def beside(self) -> float:
        """Mean seconds that an epoch takes beside its steps; 0 in the first one."""
        epochs = self._counted()
        return sum(sum(epoch.beside.values()) for epoch in epochs) / len(epochs) if epochs else 0.0

    def table(self) -> str:
        """Return the mean times of an epoch, its batches and its samples as a table; nothing before the first epoch."""
        epochs = self._counted()
        if not epochs:
            return ""
        count = len(epochs)
        training = sum(epoch.training for epoch in epochs)
        waited = sum(epoch.waited for epoch in epochs)
        beside: dict[str, float] = defaultdict(float)
        for epoch in epochs:
            for what, seconds in epoch.beside.items():
                beside[what] += seconds
        total = training + sum(beside.values())
        steps, samples = (max(sum(getattr(epoch, name) for epoch in epochs), 1) for name in ("steps", "samples"))

        table = Table(box=SIMPLE, title=_title(self._done, count), title_justify="left")
        table.add_column("time of")
        for column in ("epoch", "share", "batch", "sample"):
            table.add_column(column, justify="right")
        table.add_row("steps", *_cells(training, total, count), _small(training / steps), _small(training / samples))
        table.add_row(
            "  waiting for data", *_cells(waited, total, count), _small(waited / steps), _small(waited / samples)
        )
        for what, seconds in beside.items():
            if seconds / count >= 1e-3:
                table.add_row(Text(one_line(what)), *_cells(seconds, total, count), "", "")
        table.add_row("all", *_cells(total, total, count), _small(total / steps), _small(total / samples))
        return as_text(table)

    def _counted(self) -> list[_EpochTimes]:
        return self._done[1:] or self._done


def _title(done: list[_EpochTimes], counted: int) -> str:
    which = f"{counted} epochs after the first" if counted < len(done) else "the first epoch, tracing included"
    return f"Mean of {which}" if counted > 1 else f"Times of {which.removeprefix('1 ').replace('epochs', 'epoch')}"


def _cells(seconds: float, total: float, epochs: int) -> tuple[str, str]:
    return format_duration(seconds / epochs), f"{seconds / total:.0%}" if total else ""


def _small(seconds: float) -> str:
    """Return a time below a second in a unit that suits it."""
    if seconds >= 1:
        return f"{seconds:.2f} s"
    if seconds >= 1e-3:
        return f"{seconds * 1e3:.2f} ms"
    return f"{seconds * 1e6:.1f} us"
