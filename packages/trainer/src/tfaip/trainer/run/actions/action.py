"""The interface of actions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from tfaip.trainer.run.run_context import RunContext

__all__ = ["Action"]


class Action:
    """Something that a run does beside its steps; a subclass overrides the hooks that it needs.

    The actions of a run are called one after the other, in the order in which the run lists them.

    Attributes:
        name: Key of the action's state in a checkpoint.
    """

    name = ""

    def open(self, context: RunContext) -> None:
        """Prepare for epochs, after `restore`; what must be closed goes on `context.stack`."""

    def before_epoch(self, context: RunContext) -> None:
        """Called before the first step of an epoch, and where a run goes on in the middle of one."""

    def steps_to_call(self, context: RunContext) -> int | None:
        """Return the steps, at least 1, after which `after_call` must be called at the latest; `None` for any."""
        return None

    def after_call(self, context: RunContext) -> None:
        """Called between two calls of the compiled loop, several times a second."""

    def after_epoch(self, context: RunContext) -> None:
        """Called after the last step of an epoch, with its number in `context.epoch` and its logs in `context.logs`."""

    def end(self, context: RunContext) -> None:
        """Called after the last epoch, and if a finished run is resumed."""

    def state(self) -> dict[str, Any]:
        """Return what `restore` takes, as plain JSON; nothing where there is nothing to remember."""
        return {}

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Go on from `state`; called before `open` if the checkpoint holds a state of this action."""
