"""A profile of chosen steps."""

from __future__ import annotations

import logging

import tensorflow as tf

from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["Profile"]

logger = logging.getLogger(__name__)


class Profile(Action):
    """Records what TensorFlow does between two steps, for TensorBoard's plugin `profile`."""

    def __init__(self) -> None:
        self._is_on = False

    def open(self, context: RunContext) -> None:
        """Make sure that the profile ends with the training."""
        context.stack.callback(self._stop)

    def steps_to_call(self, context: RunContext) -> int | None:
        """Return the steps to the beginning or the end of the profile."""
        if not context.params.profile or context.folder is None:
            return None
        left = [step - context.step for step in context.params.profile_steps if step > context.step]
        return min(left, default=None)

    def before_epoch(self, context: RunContext) -> None:
        """Begin, if the first step is wanted."""
        self.after_call(context)

    def after_call(self, context: RunContext) -> None:
        """Begin or end the profile, if it is time."""
        if not context.params.profile or context.folder is None:
            return
        first, end = context.params.profile_steps
        if self._is_on and context.step >= end:
            self._stop()
            logger.info("The steps %d to %d are profiled: tensorboard --logdir %s", first, end, context.folder.path)
        elif not self._is_on and first <= context.step < end:
            # Where TensorBoard finds it, beside the curves of the training.
            tf.profiler.experimental.start(str(context.folder.events / "train"))
            self._is_on = True

    def _stop(self) -> None:
        if self._is_on:
            self._is_on = False
            tf.profiler.experimental.stop()
