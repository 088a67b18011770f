"""The metric by which runs are compared, and which direction is better."""

from __future__ import annotations

import re
from collections.abc import Iterable

__all__ = ["is_better", "lower_is_better", "main_metric"]

# Words in the names of metrics that are errors; all else (accuracy, F1, recall, ...) is better when higher.
LOWER_IS_BETTER = {
    *("loss", "error", "err", "errors", "cer", "wer", "ler", "ser", "per", "mae", "mse", "rmse", "mape", "nll"),
    *("perplexity", "ppl", "distance", "divergence", "entropy", "crossentropy", "fid", "regret", "cost", "bits"),
}
NEVER = ("lr", "learning_rate")


def lower_is_better(name: str) -> bool:
    """Whether a smaller value of the metric is the better one, judged by its name."""
    return bool(LOWER_IS_BETTER.intersection(re.split(r"[^a-z0-9]+", name.lower())))


def is_better(name: str, value: float, than: float) -> bool:
    """Whether one value of a metric is better than another."""
    return value < than if lower_is_better(name) else value > than


def main_metric(names: Iterable[str]) -> str | None:
    """Return the metric to compare runs by: of the validation rather than the training, no loss if there is another."""
    candidates = [name for name in names if name.removeprefix("val_") not in NEVER]
    return min(
        candidates,
        key=lambda name: (not name.startswith("val_"), _is_loss(name), len(name), name),
        default=None,
    )


def _is_loss(name: str) -> bool:
    return "loss" in re.split(r"[^a-z0-9]+", name.lower())
