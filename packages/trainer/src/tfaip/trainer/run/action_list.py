"""The actions of a run, called phase by phase."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from typing import Any

from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["ActionList"]

logger = logging.getLogger(__name__)


class ActionList:
    """Calls all actions of a run.

    Args:
        actions: The actions; those of one name are told apart by a number.
    """

    def __init__(self, actions: Sequence[Action]) -> None:
        self._actions: dict[str, Action] = {}
        for action in actions:
            if not isinstance(action, Action):
                raise TypeError(f"create_actions must return a list of Action objects, got {action!r} in it")
            key, number = action.name, 1
            while key in self._actions:
                number += 1
                key = f"{action.name}_{number}"
            self._actions[key] = action

    def open(self, context: RunContext) -> None:
        """Prepare all for epochs."""
        for action in self._actions.values():
            action.open(context)

    def begin_stage(self, context: RunContext) -> None:
        """Tell all that another stage begins."""
        for action in self._actions.values():
            action.begin_stage(context)

    def before_epoch(self, context: RunContext) -> None:
        """Tell all that an epoch begins or goes on."""
        for action in self._actions.values():
            action.before_epoch(context)

    def steps_to_call(self, context: RunContext) -> int | None:
        """Return the steps after which one of them wants to be called, `None` for any number."""
        steps = (action.steps_to_call(context) for action in self._actions.values())
        return min((number for number in steps if number is not None), default=None)

    def after_call(self, context: RunContext) -> None:
        """Tell all that some steps are made."""
        for action in self._actions.values():
            action.after_call(context)

    def do(self, phase: str, context: RunContext) -> None:
        """Do a phase, and count its time for each action."""
        for name, action in self._actions.items():
            if getattr(type(action), phase) is not getattr(Action, phase):
                with context.benchmark.timed(name):
                    getattr(action, phase)(context)

    def after_training(self, context: RunContext) -> None:
        """Tell all that the last epoch is done."""
        for action in self._actions.values():
            action.after_training(context)

    def stopped(self, context: RunContext, how: str) -> None:
        """Tell all how the run ends; none misses it because of an error in another one.

        Raises:
            Exception: The first error; where the run fails already, errors are only logged.
        """
        first: Exception | None = None
        for name, action in self._actions.items():
            try:
                action.stopped(context, how)
            except Exception as error:
                first = first or error
                if how == "failed" or first is not error:
                    logger.warning("The action %s failed at the end of the run: %s", name, error)
        if first is not None and how != "failed":
            raise first

    def states(self) -> dict[str, dict[str, Any]]:
        """Return the state of each action that has one.

        Raises:
            TypeError: A state is no plain JSON.
        """
        states = {name: state for name, action in self._actions.items() if (state := action.state())}
        for name, state in states.items():
            try:
                json.dumps(state)
            except (TypeError, ValueError) as error:
                where = f"{type(self._actions[name]).__qualname__}.state"
                raise TypeError(f"{where} must return plain JSON, got {state!r}: {error}") from None
        return states

    def restore(self, context: RunContext, states: Mapping[str, Mapping[str, Any]]) -> None:
        """Give each action its state."""
        for name, action in self._actions.items():
            for known in (name, *action.former_names):
                if known in states:
                    action.restore(context, states[known])
                    break
