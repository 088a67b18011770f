"""What is written of each epoch: log, metrics, TensorBoard."""

from __future__ import annotations

import logging

from tfaip.model.command.log_format import RESULTS_RECORD
from tfaip.trainer.reporting.metrics_file import append_metrics
from tfaip.trainer.reporting.results_line import results_line
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["Report"]

logger = logging.getLogger(__name__)


class Report(Action):
    """Reports the logs of each epoch, once all actions before it have added theirs."""

    name = "report"

    def after_epoch(self, context: RunContext) -> None:
        """Report the epoch."""
        epoch, logs = context.epoch, context.logs
        logger.info("Epoch %d/%d took %s", epoch, context.params.epochs, context.shown.summary())
        logger.info("%s", results_line(epoch, logs), extra=RESULTS_RECORD)
        network = context.network
        context.tensorboard.write_recorded("train", epoch, network.train_metrics, network.step.recorder)
        if any(name.startswith("val_") for name in logs):
            context.tensorboard.write_recorded("validation", epoch, network.val_metrics, network.val_recorder)
        context.tensorboard.write(epoch, logs)
        if context.folder:
            append_metrics(context.folder.metrics, epoch, context.step, logs)
