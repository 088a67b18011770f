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
class _Times:
    """Sums of some epochs."""

    epochs: int = 0
    steps: int = 0
    samples: int = 0
    training: float = 0.0
    waited: float = 0.0
    beside: dict[str, float] = field(default_factory=lambda: defaultdict(float))

    def add(self, other: _Times) -> None:
        for name in ("epochs", "steps", "samples", "training", "waited"):
            setattr(self, name, getattr(self, name) + getattr(other, name))
        for what, seconds in other.beside.items():
            self.beside[what] += seconds


class Benchmark:
    """Collects the times of the epochs of this process.

    The first epoch is left out wherever there are others, since everything is traced and compiled in it.
    """

    def __init__(self) -> None:
        # Sums, since a run may have very many epochs.
        self._first, self._others, self._current = _Times(), _Times(), _Times()

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
        current, self._current = self._current, _Times()
        current.epochs, current.steps, current.samples = 1, counts.steps, counts.samples
        current.training, current.waited = counts.seconds, counts.waited
        (self._others if self._first.epochs else self._first).add(current)

    @property
    def beside(self) -> float:
        """Mean seconds that an epoch takes beside its steps; 0 in the first one."""
        counted = self._counted
        return sum(counted.beside.values()) / counted.epochs if counted.epochs else 0.0

    def table(self) -> str:
        """Return the mean times of an epoch, its batches and its samples as a table; nothing before the first epoch."""
        counted = self._counted
        if not counted.epochs:
            return ""
        count, training, waited = counted.epochs, counted.training, counted.waited
        total = training + sum(counted.beside.values())
        steps, samples = max(counted.steps, 1), max(counted.samples, 1)

        table = Table(box=SIMPLE, title=_title(count, is_first=counted is self._first), title_justify="left")
        table.add_column("time of")
        for column in ("epoch", "share", "batch", "sample"):
            table.add_column(column, justify="right")
        table.add_row("steps", *_cells(training, total, count), _small(training / steps), _small(training / samples))
        table.add_row(
            "  waiting for data", *_cells(waited, total, count), _small(waited / steps), _small(waited / samples)
        )
        for what, seconds in counted.beside.items():
            if seconds / count >= 1e-3:
                table.add_row(Text(one_line(what)), *_cells(seconds, total, count), "", "")
        table.add_row("all", *_cells(total, total, count), _small(total / steps), _small(total / samples))
        return as_text(table)

    @property
    def _counted(self) -> _Times:
        return self._others if self._others.epochs else self._first


def _title(counted: int, *, is_first: bool) -> str:
    which = "the first epoch, tracing included" if is_first else f"{counted} epochs after the first"
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
