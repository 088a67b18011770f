"""The logs of the worker that validates, for all; or its request to stop."""

from __future__ import annotations

from typing import Any

from tfaip.trainer.distribution.strategy import Strategy
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.run.stop_signals import StopRequested

__all__ = ["ShareLogs"]


class ShareLogs:
    """Gives the chief's logs to all workers. All of them then choose the same best model and stop at the same time.

    Args:
        strategy: The workers.
    """

    def __init__(self, strategy: Strategy) -> None:
        self._strategy = strategy
        # From the last step of an epoch on, the other workers do nothing but wait for the chief.
        self._awaited = False

    def after_call(self, context: RunContext) -> None:
        """Note that the epoch's steps are made."""
        self._awaited = context.epoch_is_trained

    def share(self, context: RunContext) -> None:
        """Wait for the chief's logs and take them.

        Raises:
            StopRequested: The chief has to stop instead.
        """
        told = self._tell({"logs": context.logs, "reason": context.stop_reason, "stop": 0})
        if told["stop"]:
            context.signals.receive(told["stop"])
            raise StopRequested
        # A callback of the chief may end the training.
        context.logs, context.stop_reason = told["logs"], told["reason"]

    def stop(self, context: RunContext) -> None:
        """Tell those who wait for the chief's logs that all stop, if any do."""
        if self._awaited:
            self._tell({"stop": context.signals.number})

    def _tell(self, what: dict[str, Any]) -> dict[str, Any]:
        self._awaited = False
        told: dict[str, Any] = self._strategy.from_chief(what)
        return told
