"""The counters of a prediction, as a table."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from tfaip.predict.counters import PredictionCounters

__all__ = ["print_benchmark"]


def print_benchmark(counters: PredictionCounters) -> None:
    """Print the counters on stderr."""
    from rich.console import Console
    from rich.table import Table

    steady = max(counters.seconds - counters.first_seconds, 0.0)
    table = Table(title="Prediction")
    table.add_column("")
    table.add_column("", justify="right")
    rows = {
        "samples": f"{counters.samples:,}",
        "dropped or skipped": f"{counters.skipped:,}",
        "batches": f"{counters.batches:,}",
        "until the first batch": f"{counters.first_seconds:.2f} s",
        "after it": f"{steady:.2f} s",
        "  samples a second": f"{counters.samples_per_second:,.0f}",
        "  waiting for data": _share(counters.data_seconds, steady),
        "  model busy": _share(counters.model_seconds, steady),
    }
    for name, value in rows.items():
        table.add_row(name, value)
    Console(stderr=True).print(table)


def _share(seconds: float, whole: float) -> str:
    return f"{seconds:.2f} s, {seconds / whole:.0%}" if whole else f"{seconds:.2f} s"
