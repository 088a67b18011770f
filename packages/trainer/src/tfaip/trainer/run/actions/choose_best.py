"""Which epoch gave the best model."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.best_model import BestModel
from tfaip.trainer.run.run_context import RunContext

__all__ = ["ChooseBest"]


class ChooseBest(Action):
    """Compares each epoch with the best one so far.

    Args:
        best: Remembers it.
    """

    name = "best"

    def __init__(self, best: BestModel) -> None:
        self._best = best

    def after_epoch(self, context: RunContext) -> None:
        """Say whether the epoch is the best."""
        context.is_best = self._best.update(context.epoch, context.logs)
        self._show(context)

    def state(self) -> dict[str, Any]:
        """Return value and epoch of the best model."""
        return self._best.state()

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Go on from them."""
        self._best.restore(state)
        self._show(context)

    def _show(self, context: RunContext) -> None:
        if self._best.epoch is not None:
            context.status.update(best_value=self._best.value, best_epoch=self._best.epoch)
