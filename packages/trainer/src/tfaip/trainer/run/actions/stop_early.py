"""Early stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.best_model import BestModel
from tfaip.trainer.run.run_context import RunContext

__all__ = ["StopEarly"]


class StopEarly(Action):
    """Ends a stage once it no longer gets better, and with the last stage the training.

    A stage after the first one is judged by its own best epoch.

    Args:
        rule: Says when, from the best model so far.
    """

    former_names = ("early_stopping",)

    def __init__(self, rule: EarlyStopping) -> None:
        self._rule = rule
        # The best epoch of the stage; in the first stage it is that of the run.
        self._best: BestModel | None = None

    def begin_stage(self, context: RunContext) -> None:
        """Begin to count anew."""
        self._best = BestModel(context.best.mode, context.best.log)
        self._rule = EarlyStopping(context.params.early_stopping, self._best)

    def decide(self, context: RunContext) -> None:
        """Take the epoch into account."""
        is_best = self._best.update(context.epoch, context.logs) if self._best else context.is_best
        self._rule.update(context.epoch, context.logs, is_best=is_best)
        context.end_stage(self._rule.reason)

    def state(self) -> dict[str, Any]:
        """Return how many checks there were without a better model, and the best epoch of a later stage."""
        return {**self._rule.state(), **({"best": self._best.state()} if self._best else {})}

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Restore them. A stopped run stays stopped, unless the parameters have changed."""
        if context.stage.number > 1:
            self.begin_stage(context)
        if self._best and "best" in state:
            self._best.restore(state["best"])
        self._rule.restore(state)
        context.end_stage(self._rule.reason)
