"""The logs of the worker that validates, for all."""

from __future__ import annotations

from tfaip.trainer.actions.action import Action
from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.run_context import RunContext

__all__ = ["ShareLogs"]


class ShareLogs(Action):
    """Gives the chief's logs to all workers, so that all of them decide alike which model is best and when to stop.

    Args:
        strategy: The workers.
    """

    name = "share_logs"

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy

    def after_epoch(self, context: RunContext) -> None:
        """Wait for the chief's logs and take them."""
        context.logs = self._strategy.from_chief(context.logs)
