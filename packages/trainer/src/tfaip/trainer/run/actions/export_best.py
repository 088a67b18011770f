"""The bundle of the best model."""

from __future__ import annotations

from tfaip.model.stored.export import export_bundle
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["ExportBest"]


class ExportBest(Action):
    """Exports the network after each epoch that was the best so far."""

    name = "export_best"

    def after_epoch(self, context: RunContext) -> None:
        """Export, if the epoch was the best."""
        if context.is_best and context.folder and context.params.export_best:
            context.progress.note("exporting the best model")
            with context.network.averaged_weights():
                export_bundle(context.folder.best, context.scenario, context.network.model, context.network.graph)
            context.folder.keep_new_run()
