"""Metrics and times for people."""

from __future__ import annotations

from tfaip.experimenter.run_folder.progress import RunProgress
from tfaip.params.shown_text import number_text

__all__ = ["duration", "metric_text"]


def metric_text(progress: RunProgress) -> str:
    """Return `best val_acc 0.9832 in epoch 7`, `""` as long as there is none."""
    if progress.best_value is None:
        return ""
    return f"best {progress.metric} {number_text(progress.best_value)} in epoch {progress.best_epoch}"


def duration(seconds: float | None) -> str:
    """Return `9.5s`, `3:05`, `2:03:05`; `-` where nothing is known."""
    if seconds is None:
        return "-"
    if seconds < 10:
        return f"{seconds:.1f}s"
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02d}:{rest:02d}" if hours else f"{minutes}:{rest:02d}"
