"""Checkpoints, from which a run goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from tfaip.trainer.actions.action import Action
from tfaip.trainer.checkpoint import Checkpoints
from tfaip.trainer.run_context import RunContext

__all__ = ["WriteCheckpoint"]


class WriteCheckpoint(Action):
    """Writes a checkpoint after each epoch; it comes last, so that the state of all other actions is that of the epoch.

    Args:
        state: Returns where the run stands, as plain JSON.
    """

    name = "checkpoint"

    def __init__(self, state: Callable[[], dict[str, Any]]) -> None:
        self._state = state

    def after_epoch(self, context: RunContext) -> None:
        """Write a checkpoint."""
        if context.folder and context.params.write_checkpoints:
            context.progress.note("writing a checkpoint")
            network = context.network
            Checkpoints(context.folder.checkpoint).write(
                context.step, self._state(), network.graph.weights, network.variables
            )
