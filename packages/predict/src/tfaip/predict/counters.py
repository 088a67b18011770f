"""Counters of a prediction: samples, and seconds of each part of the work; as numbers and as a table."""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["PredictionCounters", "print_benchmark"]


@dataclass
class PredictionCounters:
    """Numbers of one pass over samples, up to date while it runs.

    Attributes:
        samples: Samples that came out, after post-processing.
        skipped: Samples that did not: dropped as invalid, or bad ones where those are skipped.
        batches: Batches that the model has predicted.
        seconds: Since the pass began, the time of the caller's own code included.
        first_seconds: Until the first batch was predicted, which includes the start of workers and of TensorFlow.
        data_seconds: Time that was spent on waiting for batches, beside the first one.
        model_seconds: Time that the model has taken, which overlaps with all others, beside the first batch.
        first_samples: Samples in the first batch.
    """

    samples: int = 0
    skipped: int = 0
    batches: int = 0
    seconds: float = 0.0
    first_seconds: float = 0.0
    data_seconds: float = 0.0
    model_seconds: float = 0.0
    first_samples: int = 0

    @property
    def samples_per_second(self) -> float:
        """The rate after the first batch; 0 before there is a second one."""
        seconds = self.seconds - self.first_seconds
        return max(self.samples - self.first_samples, 0) / seconds if seconds > 0 and self.batches > 1 else 0.0


def print_benchmark(counters: PredictionCounters) -> None:
    """Print the counters on stderr."""
    # A service counts and draws nothing.
    from rich.table import Table

    from tfaip.params.table_console import print_table

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
    print_table(table, stderr=True)


def _share(seconds: float, whole: float) -> str:
    return f"{seconds:.2f} s, {seconds / whole:.0%}" if whole else f"{seconds:.2f} s"
