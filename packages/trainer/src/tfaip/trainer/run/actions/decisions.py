"""Decisions after each epoch: which model is the best, whether the training ends, how the learning rate goes on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.trainer.early_stopping.early_stopping import EarlyStopping
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.best_model import BestModel
from tfaip.trainer.run.run_context import RunContext

__all__ = ["AdaptLearningRate", "ChooseBest", "StopEarly"]


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


class StopEarly(Action):
    """Ends the training once it no longer gets better.

    Args:
        rule: Says when, from what `ChooseBest` has found.
    """

    name = "early_stopping"

    def __init__(self, rule: EarlyStopping) -> None:
        self._rule = rule

    def after_epoch(self, context: RunContext) -> None:
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


class AdaptLearningRate(Action):
    """Hands each epoch's logs to the schedule; what it remembers is in variables of the network."""

    name = "learning_rate"

    def open(self, context: RunContext) -> None:
        """Check that the log that the schedule looks at is there."""
        network = context.network
        names = network.train_metrics.names
        if context.params.gen.val_gen() is not None:
            names += [f"val_{name}" for name in network.val_metrics.names]
        network.schedule.require_logs(names)

    def after_epoch(self, context: RunContext) -> None:
        """Hand over the logs."""
        context.network.schedule.end_epoch(context.logs)
