"""A schedule that depends on what the training yields."""

from __future__ import annotations

from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["AdaptLearningRate"]


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
