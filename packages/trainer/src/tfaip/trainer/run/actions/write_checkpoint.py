"""Checkpoints, from which a run goes on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from time import monotonic
from typing import Any

import numpy as np

from tfaip.model.stored.export import StoredWeight
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["WriteCheckpoint"]


class WriteCheckpoint(Action):
    """Writes a checkpoint every few epochs, steps or minutes, and at the end.

    Args:
        state: Returns where the run stands, as plain JSON.
    """

    def __init__(self, state: Callable[[], dict[str, Any]]) -> None:
        self._state = state

    def open(self, context: RunContext) -> None:
        """Start the clock."""
        self._written_at = monotonic()

    def steps_to_call(self, context: RunContext) -> int | None:
        """Return the steps to the next checkpoint, if they are counted."""
        every = context.params.checkpoint_every_n_steps
        return every - context.step % every if every else None

    def after_call(self, context: RunContext) -> None:
        """Write a checkpoint in the middle of the epoch, if it is time."""
        if context.epoch_is_trained or not context.folder:
            return  # the logs of a whole epoch are not written yet
        steps, minutes = context.params.checkpoint_every_n_steps, context.params.checkpoint_every_minutes
        if (steps and context.step % steps == 0) or (minutes and monotonic() - self._written_at >= 60 * minutes):
            self.write(context, self._state())

    def checkpoint(self, context: RunContext) -> None:
        """Write a checkpoint, if it is this epoch's turn."""
        if not context.folder:
            return
        every = context.params.checkpoint_every_n_epochs
        if context.is_last_epoch or (every and context.epoch % every == 0):
            self.write(context, self._state())

    def write(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Write a checkpoint of the network as it is now, with `state`."""
        if context.folder and context.params.write_checkpoints:
            context.folder.require_held()
            context.display.note("writing a checkpoint")
            trained = context.training_state
            # For warm start: the validated weights.
            with trained.averaged_weights():
                weights = [StoredWeight(weight.path, np.asarray(weight.numpy())) for weight in trained.graph.weights]
            checkpoints = Checkpoints(context.folder.checkpoint, keep=context.params.keep_checkpoints)
            checkpoints.write(context.step, state, weights, trained.variables)
            context.folder.keep_new_run()
            self._written_at = monotonic()
