"""The bundles of the best model, of the last one, and of single epochs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from tfaip.model import Bundle, ExportedModel
from tfaip.params.shown_text import number_text
from tfaip.pipeline.hooks import call_user_code
from tfaip.trainer.folder.bundle_places import BundlePlace
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.exports import Exports
from tfaip.trainer.run.run_context import RunContext

__all__ = ["ExportBest", "ExportEpoch", "ExportFinal"]

logger = logging.getLogger(__name__)


class Export(Action):
    """The base of actions that export the network.

    Args:
        exports: Writes the bundles.
        after_export: Called with each model that was exported.
    """

    kind = ""

    def __init__(self, exports: Exports, after_export: Callable[[ExportedModel], None] = lambda _: None) -> None:
        self._exports = exports
        self._after_export = after_export
        self._context: RunContext | None = None
        # Bundles of this run in folders of their epochs; older ones among them go, and nothing else does.
        self._epochs: list[int] = []
        # Whether the checkpoint was written before the bundle of its epoch.
        self._is_missing = False

    def open(self, context: RunContext) -> None:
        """Export what the process that wrote the checkpoint may not have come to."""
        self._context = context
        if self._is_missing:
            self._is_missing = False
            self._export_epoch(context)

    def after_call(self, context: RunContext) -> None:
        """Tell of bundles that are whole by now."""
        self._exports.tell()

    def checkpoint(self, context: RunContext) -> None:
        """Let the last checkpoint be one with all bundles."""
        if context.is_last_epoch:
            self._exports.settle(context, all_of_them=True)

    def after_training(self, context: RunContext) -> None:
        """Export what is missing, also where no epoch is left to train."""
        self.open(context)
        self._exports.settle(context, all_of_them=True)

    def stopped(self, context: RunContext, how: str) -> None:
        """Wait for the bundles that are being written."""
        self._exports.close(context)

    def state(self) -> dict[str, Any]:
        """Return the epochs whose bundles have folders of their own, and whether that of the present weights lacks."""
        if self._context:
            self._exports.settle(self._context)
        lacks = {"missing": True} if self._is_missing or self._exports.is_pending(self.kind) else {}
        return {**({"epochs": self._epochs} if self._epochs else {}), **lacks}

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Take over these epochs."""
        epochs = state.get("epochs", [])
        self._epochs = [epoch for epoch in epochs if isinstance(epoch, int)] if isinstance(epochs, list) else []
        self._is_missing = state.get("missing") is True

    def _export_epoch(self, context: RunContext) -> None:
        """Export the network of the epoch, if the parameters ask for this kind of bundle."""

    def _export(self, context: RunContext, folder: RunFolder, place: BundlePlace) -> None:
        epoch, keep, logs = context.epoch, context.params.keep_exports, dict(context.logs)

        def exported(bundle: Bundle) -> None:
            folder.keep_new_run()
            if place.is_numbered:
                self._epochs = [*(other for other in self._epochs if other != epoch), epoch]
                for older in self._epochs[:-keep] if keep else []:
                    place.remove(older)
                    self._epochs.remove(older)
            call_user_code(self._after_export, ExportedModel(bundle, self.kind, epoch, logs))

        self._exports.write(context, place.of(epoch), self.kind, exported)


class ExportBest(Export):
    """Exports the network after each epoch that was the best so far."""

    kind = "best"

    def export(self, context: RunContext) -> None:
        """Export, if the epoch was the best."""
        if context.is_best:
            self._export_epoch(context)

    def _export_epoch(self, context: RunContext) -> None:
        if context.folder and context.params.export_best:
            context.display.note("exporting the best model")
            self._export(context, context.folder, context.folder.bundles.best)


class ExportEpoch(Export):
    """Exports the network after every n-th epoch."""

    kind = "epoch"

    def export(self, context: RunContext) -> None:
        """Export, if it is the turn of the epoch."""
        self._export_epoch(context)

    def _export_epoch(self, context: RunContext) -> None:
        every = context.params.export_every_n_epochs
        if context.folder and every and context.epoch % every == 0:
            context.display.note("exporting the model of the epoch")
            self._export(context, context.folder, context.folder.bundles.epochs)


class ExportFinal(Export):
    """Exports the network at the end of the run."""

    kind = "last"

    def after_training(self, context: RunContext) -> None:
        """Export, and say where all is."""
        if context.folder is None:
            return
        if context.params.export_final:
            context.display.note("exporting")
            self._export(context, context.folder, context.folder.bundles.last)
            self._exports.settle(context, all_of_them=True)
        self._say_where_all_is(context, context.folder)

    def _say_where_all_is(self, context: RunContext, folder: RunFolder) -> None:
        best = context.best
        if best.value is not None and context.params.export_best:
            described = f"{best.log} {number_text(best.value)} in epoch {best.epoch}"
            logger.info("The best model (%s) is in %s%s", described, folder.best, _digest_of(folder.best))
        if context.params.export_final:
            logger.info("The last model is in %s%s", folder.export, _digest_of(folder.export))
        if context.params.export_every_n_epochs and (epochs := folder.bundles.epochs.standing()):
            logger.info("The models of %d epochs are in %s", len(epochs), folder.bundles.epochs.newest.parent)
        for place in context.recorders.places():
            logger.info("%s", place)


def _digest_of(path: Path) -> str:
    """Tell the digest by which somebody else can see that nothing of a bundle was changed on its way."""
    return f", digest {Bundle(path).digest}" if path.is_dir() else ""
