"""The results of folds: each log at the best epoch, its mean and its standard deviation."""

from __future__ import annotations

import json
import math
import statistics
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from tfaip.trainer.folder.run_folder import RunFolder, write_atomically

if TYPE_CHECKING:
    from rich.table import Table

__all__ = ["FoldResults"]

RESULTS = "cross_validation.json"


class FoldResults:
    """The logs of the validation in the best epoch of each fold.

    Args:
        runs: The finished runs, in the order of the folds.
    """

    def __init__(self, runs: Sequence[RunFolder]) -> None:
        logs = [_best_logs(run) for run in runs]
        self.values = {name: [fold[name] for fold in logs] for name in logs[0] if all(name in fold for fold in logs)}

    def table(self) -> Table:
        """Return the table of all logs."""
        folds = len(next(iter(self.values.values()), []))
        from rich.table import Table

        table = Table(title="Cross-validation, best epoch of each fold")
        table.add_column("log")
        for number in range(1, folds + 1):
            table.add_column(f"fold {number}", justify="right")
        table.add_column("mean ± std", justify="right")
        for name, values in self.values.items():
            shown = [f"{value:.4g}" for value in values]
            table.add_row(name, *shown, f"{statistics.fmean(values):.4g} ± {_deviation(values):.2g}")
        return table

    def write(self, folder: Path) -> Path:
        """Write `cross_validation.json`: values, mean and standard deviation (n - 1) of each log."""
        path = folder / RESULTS
        logs = {
            name: {"values": values, "mean": statistics.fmean(values), "std": _deviation(values)}
            for name, values in self.values.items()
        }
        write_atomically(path, {"logs": logs})
        return path


def _deviation(values: Sequence[float]) -> float:
    return statistics.stdev(values) if len(values) > 1 and all(map(math.isfinite, values)) else 0.0


def _best_logs(run: RunFolder) -> dict[str, float]:
    """Return the logs of the validation in the best epoch, or in the last one where none is the best."""
    epochs: list[dict[str, Any]] = [
        json.loads(line) for line in run.metrics.read_text(encoding="utf-8").splitlines() if line
    ]
    best = json.loads(run.status.read_text(encoding="utf-8")).get("best_epoch")
    chosen = next((logs for logs in reversed(epochs) if logs.get("epoch") == best), epochs[-1])
    return {
        name: float(value)
        for name, value in chosen.items()
        if name.startswith("val_") and isinstance(value, int | float)
    }
