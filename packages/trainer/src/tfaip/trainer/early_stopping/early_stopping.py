"""The rule of early stopping."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from tfaip.params.shown_text import number_text
from tfaip.trainer.early_stopping.params import EarlyStoppingParams
from tfaip.trainer.run.best_model import BestModel

__all__ = ["EarlyStopping"]


class EarlyStopping:
    """Counts checks without a better model.

    Args:
        params: When to stop.
        best: The best model so far, up to date with each epoch before `update`.
    """

    def __init__(self, params: EarlyStoppingParams, best: BestModel) -> None:
        self._params = params
        self._best = best
        self._counts_from, self._ends_at = params.thresholds(best.mode)
        self._count = 0

    def update(self, epoch: int, logs: Mapping[str, float], *, is_best: bool) -> None:
        """Count an epoch. An epoch without the log that chooses the best model doesn't count."""
        if self._best.log not in logs:
            return
        if is_best:
            self._count = 1
        elif epoch % self._params.frequency == 0 and self._reached(self._counts_from, otherwise=True):
            self._count += 1

    @property
    def reason(self) -> str | None:
        """Why the training should end now, `None` if it should not."""
        log, value = self._best.log, self._best.value
        if self._reached(self._ends_at, otherwise=False):
            assert value is not None
            assert self._ends_at is not None
            return f"{log} {number_text(value)} has reached the threshold {number_text(self._ends_at)}"
        allowed = self._params.checks_to_end()
        # The best epoch itself counts as 1, but ends nothing.
        if allowed is not None and self._count > allowed:
            than = f"{number_text(value)} of epoch {self._best.epoch}" if value is not None else "nan"
            return f"{log} has not become better than {than}"
        return None

    def state(self) -> dict[str, Any]:
        """Return what `restore` takes, as plain JSON."""
        return {"count": self._count}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`."""
        self._count = state["count"]

    def _reached(self, threshold: float | None, *, otherwise: bool) -> bool:
        """Whether the best value is at the threshold or better. `otherwise` without a threshold."""
        if threshold is None:
            return otherwise
        value = math.nan if self._best.value is None else self._best.value
        return value >= threshold if self._best.mode == "max" else value <= threshold
