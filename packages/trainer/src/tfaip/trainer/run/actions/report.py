"""Reports of each epoch to log and recorders, and tables at the end."""

from __future__ import annotations

import logging

from tfaip.model.command.log_format import RESULTS_RECORD
from tfaip.trainer.recorders.metrics_file import read_metrics
from tfaip.trainer.reporting.epoch_table import epoch_table
from tfaip.trainer.reporting.results_line import results_line
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext
from tfaip.trainer.step.norms import weight_norms

__all__ = ["Report", "ReportNorms", "Summarize"]

logger = logging.getLogger(__name__)


class Report(Action):
    """Reports the logs of each epoch, once all actions before it have added theirs."""

    def report(self, context: RunContext) -> None:
        """Report the epoch."""
        epoch, logs = context.epoch, context.logs
        stage = f" ({context.stage.name})" if context.stages.are_named else ""
        logger.info("Epoch %d/%d%s took %s", epoch, context.epochs, stage, context.epoch_progress.summary())
        logger.info("%s", results_line(epoch, logs), extra=RESULTS_RECORD)
        state = context.training_state
        context.recorders.summaries(epoch, "train", state.train_metrics, state.step.recorder)
        if any(name.startswith("val_") for name in logs):
            context.recorders.summaries(epoch, "validation", state.val_metrics, state.val_recorder)
        if context.stages.are_named:
            self._report_stage(context)
        context.recorders.scalars(epoch, context.step, logs)

    def _report_stage(self, context: RunContext) -> None:
        stage = context.stage
        context.recorders.stage(context.epoch, context.step, stage.number, stage.name)
        if context.epoch == context.stage_begin + 1:
            differs = ", ".join(stage.changes) or "nothing"
            context.recorders.text(context.epoch, "stage", f"{stage.name}: differs from the run in {differs}")

    def after_training(self, context: RunContext) -> None:
        """Record the best model."""
        if context.folder and context.folder.best.is_dir():
            context.recorders.artifact("best", context.folder.best)


class ReportNorms(Action):
    """Writes, after each epoch, the norms that were asked for."""

    def report(self, context: RunContext) -> None:
        """Write them."""
        state = context.training_state
        norms = state.gradient_norms.take() if state.gradient_norms else {}
        if context.params.log_weights:
            norms |= weight_norms(state.graph.weights)
        if norms:
            context.recorders.diagnostics(context.epoch, context.step, norms)


class Summarize(Action):
    """Logs the results of all epochs, including those before a resume, and the time of each part."""

    def open(self, context: RunContext) -> None:
        """Read the epochs before a resume."""
        if context.folder and context.folder.metrics.exists():
            context.history.epochs = read_metrics(context.folder.metrics)
            context.history.best_epoch = context.best.epoch

    def report(self, context: RunContext) -> None:
        """Remember the epoch."""
        stage = {"stage": context.stage.name} if context.stages.are_named else {}
        context.history.epochs.append({"epoch": context.epoch, **stage, **context.logs})
        context.history.best_epoch = context.best.epoch

    def after_training(self, context: RunContext) -> None:
        """Log the tables; none where no epoch was trained."""
        times = context.benchmark.table()
        if times:
            logger.info("Results of all epochs\n%s", epoch_table(context.history.epochs, context.best.epoch))
            logger.info("%s", times)
