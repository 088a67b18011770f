"""The bundles of the best and of the last model."""

from __future__ import annotations

import logging
from pathlib import Path

from tfaip.model import Bundle, export_bundle
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.reporting.results_line import format_value
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["ExportBest", "ExportFinal"]

logger = logging.getLogger(__name__)


class ExportBest(Action):
    """Exports the network after each epoch that was the best so far."""

    def export(self, context: RunContext) -> None:
        """Export, if the epoch was the best."""
        if context.is_best and context.folder and context.params.export_best:
            context.display.note("exporting the best model")
            _export(context, context.folder.best)
            context.folder.keep_new_run()


class ExportFinal(Action):
    """Exports the network at the end of the run."""

    def after_training(self, context: RunContext) -> None:
        """Export, and say where all is."""
        if context.folder is None:
            return
        if context.params.export_final:
            context.display.note("exporting")
            _export(context, context.folder.export)
            context.folder.keep_new_run()
        self._say_where_all_is(context, context.folder)

    def _say_where_all_is(self, context: RunContext, folder: RunFolder) -> None:
        best = context.best
        if best.value is not None and context.params.export_best:
            described = f"{best.log} {format_value(best.value)} in epoch {best.epoch}"
            logger.info("The best model (%s) is in %s%s", described, folder.best, _digest_of(folder.best))
        if context.params.export_final:
            logger.info("The last model is in %s%s", folder.export, _digest_of(folder.export))
        logger.info("Curves: tensorboard --logdir %s", folder.path)


def _export(context: RunContext, path: Path) -> None:
    state = context.training_state
    with state.averaged_weights():
        export_bundle(path, context.scenario, state.model, state.graph)


def _digest_of(path: Path) -> str:
    """Tell the digest by which somebody else can see that nothing of a bundle was changed on its way."""
    return f", digest {Bundle(path).digest}" if path.is_dir() else ""
