"""Which epoch was the best."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from tfaip.model import ModelDefinitionError

if TYPE_CHECKING:
    from tfaip.trainer.run_context import RunContext

__all__ = ["BestModel", "check_best_log"]


class BestModel:
    """Remembers the best value of one log; only a strictly better one replaces it.

    Args:
        mode: "min" or "max".
        log: Name of the log.
    """

    def __init__(self, mode: str, log: str) -> None:
        self.mode = mode
        self.log = log
        self.value: float | None = None
        self.epoch: int | None = None

    def update(self, epoch: int, logs: Mapping[str, float]) -> bool:
        """Return whether `epoch` is the best so far; an epoch without the log, or with nan, is not."""
        value = logs.get(self.log, math.nan)
        if math.isnan(value):
            return False
        if self.value is not None and not (value < self.value if self.mode == "min" else value > self.value):
            return False
        self.value, self.epoch = value, epoch
        return True

    def state(self) -> dict[str, Any]:
        """Return what `restore` takes, as plain JSON."""
        return {"log": self.log, "mode": self.mode, "value": self.value, "epoch": self.epoch}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from `state`; where the model is chosen by another log since, the count starts anew."""
        if (state["log"], state["mode"]) == (self.log, self.mode):
            self.value, self.epoch = state["value"], state["epoch"]


def check_best_log(context: RunContext, prefix: str) -> None:
    """Look for the log that chooses the best model, where it is one of those that have just been computed.

    What an evaluator gives has no names before it has run.

    Args:
        context: Where the run stands.
        prefix: How the names of those logs begin.

    Raises:
        ModelDefinitionError: It is not among them.
    """
    log = context.best.log
    if log.startswith(prefix) and log not in context.logs:
        given = ", ".join(name for name in context.logs if name.startswith(prefix))
        raise ModelDefinitionError(
            f"{type(context.network.model).__qualname__}._best_logging_settings must name a log that there is, "
            f"got {log!r}; there are {given}"
        )
