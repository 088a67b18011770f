"""The result of a training: the logs of its epochs, and where its models are."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from functools import cache
from html import escape
from importlib import import_module
from io import BytesIO
from pathlib import Path
from typing import Any

from tfaip.params.shown_text import number_text
from tfaip.trainer.reporting.epoch_table import choose_rows, log_names

__all__ = ["History"]


class History(dict[str, float]):
    """The logs of the last epoch as a mapping, and the logs of all epochs.

    A notebook shows it as a table.

    Attributes:
        epochs: One dict an epoch, in order: its number from 1 as `epoch`, and each log. After a resume, the epochs
            before it are among them if the run has a folder.
        best_epoch: Number of the epoch that gave the best model; `None` if none did.
        best_log: Name of the log that chooses the best model.
        best_value: Value of this log in the best epoch.
        best: Bundle of the best model; `None` if none was exported.
        export: Bundle of the last model; `None` if none was exported.
    """

    def __init__(self, logs: Mapping[str, float] = {}) -> None:
        super().__init__(logs)
        self.epochs: list[dict[str, Any]] = []
        self.best_epoch: int | None = None
        self.best_log: str | None = None
        self.best_value: float | None = None
        self.best: Path | None = None
        self.export: Path | None = None

    def to_pandas(self) -> Any:
        """Return a `pandas.DataFrame` with one row an epoch and one column a log.

        Raises:
            ModuleNotFoundError: pandas is not installed.
        """
        pandas = _imported("pandas")
        names = log_names(self.epochs)
        rows = [[row.get(name) for name in names] for row in self.epochs]
        index = pandas.Index([row["epoch"] for row in self.epochs], name="epoch")
        return pandas.DataFrame(rows, columns=names, index=index, dtype=float)

    def plot(self, *names: str) -> Any:
        """Draw curves over the epochs, each log of the training with that of the validation in one chart.

        Args:
            names: Logs to draw, without `val_`; all if none is named.

        Returns:
            A `matplotlib.figure.Figure`, which a notebook shows.

        Raises:
            ModuleNotFoundError: matplotlib is not installed.
            KeyError: There is no such log.
        """
        known = log_names(self.epochs)
        charts = list(names) or list(dict.fromkeys(name.removeprefix("val_") for name in known))
        unknown = [name for name in charts if name not in known and f"val_{name}" not in known]
        if unknown:
            raise KeyError(f"there is no log {unknown[0]!r}; there are {', '.join(known) or 'none'}")
        figure_class = _figure_class(_imported("matplotlib.figure", "matplotlib"))
        columns = min(len(charts), 3) or 1
        rows = -(-len(charts) // columns) or 1
        figure = figure_class(figsize=(4.5 * columns, 3.2 * rows), layout="constrained")
        for position, chart in enumerate(charts, start=1):
            axes = figure.add_subplot(rows, columns, position)
            for name, label in ((chart, "training"), (f"val_{chart}", "validation")):
                points = [(row["epoch"], row[name]) for row in self.epochs if row.get(name) is not None]
                if points:
                    # A single epoch is a point, which a line doesn't show.
                    axes.plot(*zip(*points, strict=True), label=label, marker="o" if len(points) == 1 else "")
            if self.best_epoch is not None:
                axes.axvline(self.best_epoch, color="gray", linewidth=0.8, linestyle=":", label="best epoch")
            axes.set(title=chart, xlabel="epoch")
            shown = [row[name] for row in self.epochs for name in (chart, f"val_{chart}") if row.get(name) is not None]
            finite = list(filter(math.isfinite, shown))
            if finite and 0 <= min(finite) <= max(finite) / 2:
                axes.set_ylim(bottom=0)
            else:
                axes.set_ylabel("the axis doesn't begin at 0")
            axes.legend()
        return figure

    def _repr_html_(self) -> str:
        return epochs_html(self.epochs, self.best_epoch)


def epochs_html(rows: Sequence[Mapping[str, Any]], best_epoch: int | None) -> str:
    """Return the rows that `epoch_table` shows as a table in HTML, the best epoch in bold with a star."""
    if not rows:
        return ""
    names = log_names(rows)
    head = "".join(f"<th>{escape(name)}</th>" for name in names)
    lines = [f"<table><thead><tr><th>epoch</th>{head}</tr></thead><tbody>"]
    for row in choose_rows(rows, best_epoch):
        best = row["epoch"] == best_epoch
        values = (row.get(name) for name in names)
        cells = "".join(f"<td>{'' if value is None else escape(number_text(value))}</td>" for value in values)
        style = ' style="font-weight: bold"' if best else ""
        lines.append(f"<tr{style}><td>{row['epoch']}{'*' if best else ''}</td>{cells}</tr>")
    return "\n".join([*lines, "</tbody></table>"])


@cache
def _figure_class(module: Any) -> Any:
    """Return a figure that shows itself: notebooks show others only where `pyplot` is set up."""

    class Figure(module.Figure):
        def _repr_png_(self) -> bytes:
            file = BytesIO()
            self.savefig(file, format="png")
            return file.getvalue()

    return Figure


def _imported(module: str, package: str | None = None) -> Any:
    package = package or module
    try:
        return import_module(module)
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise ModuleNotFoundError(f"this needs {package}: pip install {package}", name=package) from None
