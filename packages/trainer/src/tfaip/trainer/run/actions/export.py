"""The bundles of the best model, of the last one, and of single epochs."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model import Bundle, ExportedModel, export_bundle
from tfaip.model.stored.first_inputs import first_inputs
from tfaip.params.shown_text import number_text
from tfaip.pipeline import PipelineMode
from tfaip.pipeline.hooks import call_user_code
from tfaip.trainer.folder.bundle_places import BundlePlace
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.run.actions.action import Action
from tfaip.trainer.run.run_context import RunContext

__all__ = ["ExportBest", "ExportEpoch", "ExportFinal"]

SAMPLES = 16
"""Samples on which an ONNX model is compared with the graph."""

logger = logging.getLogger(__name__)


class Export(Action):
    """The base of actions that export the network.

    Args:
        after_export: Called with each model that was exported.
    """

    def __init__(self, after_export: Callable[[ExportedModel], None] = lambda _: None) -> None:
        self._after_export = after_export
        # Bundles of this run in folders of their epochs; older ones among them go, and nothing else does.
        self._epochs: list[int] = []

    def state(self) -> dict[str, Any]:
        """Return the epochs whose bundles have folders of their own."""
        return {"epochs": self._epochs} if self._epochs else {}

    def restore(self, context: RunContext, state: Mapping[str, Any]) -> None:
        """Take over these epochs."""
        epochs = state.get("epochs", [])
        self._epochs = [epoch for epoch in epochs if isinstance(epoch, int)] if isinstance(epochs, list) else []

    def _export(self, context: RunContext, folder: RunFolder, place: BundlePlace, kind: str) -> None:
        epoch, state = context.epoch, context.training_state
        with state.averaged_weights():
            bundle = export_bundle(
                place.of(epoch),
                context.scenario,
                state.model,
                state.graph,
                saved_model="SavedModel" in context.params.export_formats,
                onnx_samples=_samples(context) if "ONNX" in context.params.export_formats else None,
            )
        folder.keep_new_run()
        if place.is_numbered:
            self._epochs = [*(other for other in self._epochs if other != epoch), epoch]
            for older in self._epochs[: -context.params.keep_exports] if context.params.keep_exports else []:
                place.remove(older)
                self._epochs.remove(older)
        call_user_code(self._after_export, ExportedModel(bundle, kind, epoch, dict(context.logs)))


def _samples(context: RunContext) -> Iterator[Mapping[str, np.ndarray]]:
    """Yield batches of inputs of the validation, or of the training where there is none."""
    gen = context.params.gen
    generator = gen.validation_samples() or gen.training_samples()
    return first_inputs(context.scenario.data, generator, SAMPLES, batches=2, mode=PipelineMode.EVALUATION)


class ExportBest(Export):
    """Exports the network after each epoch that was the best so far."""

    def export(self, context: RunContext) -> None:
        """Export, if the epoch was the best."""
        if context.is_best and context.folder and context.params.export_best:
            context.display.note("exporting the best model")
            self._export(context, context.folder, context.folder.bundles.best, "best")


class ExportEpoch(Export):
    """Exports the network after every n-th epoch."""

    def export(self, context: RunContext) -> None:
        """Export, if it is the turn of the epoch."""
        every = context.params.export_every_n_epochs
        if context.folder and every and context.epoch % every == 0:
            context.display.note("exporting the model of the epoch")
            self._export(context, context.folder, context.folder.bundles.epochs, "epoch")


class ExportFinal(Export):
    """Exports the network at the end of the run."""

    def after_training(self, context: RunContext) -> None:
        """Export, and say where all is."""
        if context.folder is None:
            return
        if context.params.export_final:
            context.display.note("exporting")
            self._export(context, context.folder, context.folder.bundles.last, "last")
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
