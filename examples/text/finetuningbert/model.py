"""Losses, metrics and prints."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

import keras
from keras import ops

from examples.text.finetuningbert.params import PairModelParams
from tfaip.model import MetricDefinition, ModelBase
from tfaip.model.tensorboard import ConfusionMatrix
from tfaip.pipeline import DataBase, Sample

if TYPE_CHECKING:
    from examples.text.finetuningbert.graph import PairGraph

WORDS = ("not equivalent", "equivalent")

Tensors = Mapping[str, Any]


class PairModel(ModelBase[PairModelParams]):
    """Do both sentences say the same?"""

    def create_graph(self, params: PairModelParams) -> PairGraph:
        """Make the graph."""
        # Imported here, since a bundle also predicts, and prints in words, where KerasHub is not installed.
        from examples.text.finetuningbert.graph import PairGraph

        return PairGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        gt = ops.squeeze(targets["gt"], axis=-1)
        return {"loss": keras.losses.sparse_categorical_crossentropy(gt, outputs["logits"], from_logits=True)}

    def _metric(self) -> dict[str, MetricDefinition]:
        return {
            "acc": MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy()),
            "confusion": MetricDefinition("gt", "class", ConfusionMatrix(len(WORDS), class_names=WORDS)),
        }

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        chosen = int(sample.outputs["class"])
        words = f"{sample.meta['place']}: {WORDS[chosen]} ({sample.outputs['pred'][chosen]:.1%})"
        if sample.targets:
            words += ", right" if int(sample.targets["gt"][0]) == chosen else ", wrong"
        print_fn(f"{words}\n    {sample.meta['first']}\n    {sample.meta['second']}")
