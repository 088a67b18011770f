"""Norms of gradients and weights in TensorBoard."""

from __future__ import annotations

from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.step.norms import weight_norms

__all__ = ["ReportNorms"]


class ReportNorms(Action):
    """Writes, after each epoch, the norms that were asked for."""

    name = "norms"

    def after_epoch(self, context: RunContext) -> None:
        """Write them."""
        norms = context.network.gradient_norms.take() if context.network.gradient_norms else {}
        if context.params.log_weights:
            norms |= weight_norms(context.network.graph.weights)
        if norms:
            context.tensorboard.write(context.epoch, norms)
