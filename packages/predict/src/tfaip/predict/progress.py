"""Progress of a prediction, on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Callable, Generator, Iterator
from time import perf_counter
from typing import TypeVar

from tfaip.predict.params import InferenceParams

__all__ = ["with_progress"]

T = TypeVar("T")

_SECONDS_BETWEEN = 0.1
"""Drawing is slow beside the prediction of a small sample."""


def with_progress(
    samples: Iterator[T], total: Callable[[], int | None], params: InferenceParams
) -> Generator[T, None, None]:
    """Yield the samples, while a bar shows the progress on a terminal.

    Args:
        samples: The samples, in whatever form; they are closed with this generator if they can be.
        total: Asked for their number, if it is known.
        params: Say whether there shall be a bar.
    """
    try:
        if params.silent or not params.progress_bar or not sys.stderr.isatty():
            yield from samples
        else:
            yield from _drawn(samples, total())
    finally:
        close = getattr(samples, "close", None)
        if close is not None:
            close()


def _drawn(samples: Iterator[T], total: int | None) -> Generator[T, None, None]:
    # A service predicts without a terminal.
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    from tfaip.params.table_console import open_console

    columns = (TextColumn("Predicting"), BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"))
    bar = Progress(
        *columns,
        TimeRemainingColumn(),
        console=open_console(stderr=True),
        transient=True,
        # Printed text would come out on stderr, which only does where both are the terminal.
        redirect_stdout=sys.stdout.isatty(),
    )
    with bar:
        task = bar.add_task("", total=total, rate="")
        began = shown = perf_counter()
        for count, sample in enumerate(samples, 1):
            now = perf_counter()
            if now - shown >= _SECONDS_BETWEEN:
                bar.update(task, completed=count, rate=f"{count / (now - began):,.0f} samples/s")
                shown = now
            yield sample
