"""The interface of actions, and the phases after an epoch."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from tfaip.trainer.run.run_context import RunContext

__all__ = ["PHASES", "Action"]

# The phases after an epoch, in this order. Each action does its part of a phase before the next phase begins.
PHASES = ("validate", "observe", "decide", "validate_last", "report", "export", "checkpoint")


class Action:
    """Work of a run beside its steps. A subclass overrides the methods that it needs.

    After each epoch, the run calls the methods of one phase on all actions before those of the next phase::

        validate        add logs of the epoch
        observe         see these logs, and perhaps ask for the end of the training
        decide          react to the logs, once it is known whether the epoch is the best
        validate_last   add logs that only the last epoch has, once it is known that it is the last
        report          write the logs
        export          write models, or let a thread begin to write them
        checkpoint      write from where the run can be resumed

    Within a phase, no action of the run depends on another one. The actions of `Trainer.create_actions` come last.
    An error in an action ends the training.

    Attributes:
        name: The class in snake case. Key of the action's state in a checkpoint, and its row in the table of times.
        former_names: Names under which older checkpoints know the action.
    """

    name = "action"
    former_names: tuple[str, ...] = ()

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if "name" not in vars(cls):
            cls.name = re.sub(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])", "_", cls.__name__).lower().strip("_")

    def open(self, context: RunContext) -> None:
        """Prepare for epochs, after `restore`; files and connections to close go on `context.stack`."""

    def begin_stage(self, context: RunContext) -> None:
        """Begin another stage with its `context.params` and `context.scenario`. Not called for the first stage.

        Where a run is resumed, `open` finds those of the stage that the run is in.
        """

    def before_epoch(self, context: RunContext) -> None:
        """Called before the first step of an epoch, and when a run is resumed within an epoch."""

    def steps_to_call(self, context: RunContext) -> int | None:
        """Return the steps, at least 1, after which `after_call` must be called at the latest; `None` for any."""
        return None

    def after_call(self, context: RunContext) -> None:
        """Called between two calls of the compiled loop, several times a second."""

    def validate(self, context: RunContext) -> None:
        """Add logs of epoch number `context.epoch` to `context.logs`."""

    def observe(self, context: RunContext) -> None:
        """See all logs; `context.stop_reason`, if set, ends the training after this epoch."""

    def decide(self, context: RunContext) -> None:
        """React to the logs and to `context.is_best`; `context.stop_reason`, if set, ends the training."""

    def validate_last(self, context: RunContext) -> None:
        """Add logs that the last epoch always has. Called only after the last epoch."""

    def report(self, context: RunContext) -> None:
        """Write the logs of the epoch."""

    def export(self, context: RunContext) -> None:
        """Write models; a bundle of the run may be whole only after the phase `checkpoint`."""

    def checkpoint(self, context: RunContext) -> None:
        """Write a checkpoint; the state of all actions is that of the epoch."""

    def after_training(self, context: RunContext) -> None:
        """Called after the last epoch, and where a finished run is resumed."""

    def stopped(self, context: RunContext, how: str) -> None:
        """Called last, however the run ends.

        Args:
            context: Where the run stands.
            how: "finished", "stopped" by a signal (the run can be resumed), or "failed" by an error.
        """

    def state(self) -> dict[str, Any]:
        """Return the state for `restore`, as plain JSON. It is empty if there is nothing to store."""
        return {}

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Restore `state`. Called before `open` if the checkpoint holds a state of this action."""
