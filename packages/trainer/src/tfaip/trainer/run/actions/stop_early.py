"""Early stopping."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["StopEarly"]


class StopEarly(Action):
    """Ends the training once it no longer gets better.

    Args:
        rule: Says when, from the best model so far.
    """

    former_names = ("early_stopping",)

    def __init__(self, rule: EarlyStopping) -> None:
        self._rule = rule

    def decide(self, context: RunContext) -> None:
        """Take the epoch into account."""
        self._rule.update(context.epoch, context.logs, is_best=context.is_best)
        context.stop_reason = context.stop_reason or self._rule.reason

    def state(self) -> dict[str, Any]:
        """Return how many checks there were without a better model."""
        return self._rule.state()

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Go on from them; a run that was ended remains so, unless the parameters say otherwise by now."""
        self._rule.restore(state)
        context.stop_reason = self._rule.reason
