"""Losses, metrics and printed samples."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from tfaip.model import MetricDefinition, ModelBase
from tfaip.pipeline import DataBase, Sample
from tfaip.templates.listfile.graph import TemplateGraph
from tfaip.templates.listfile.params import TemplateModelParams

Tensors = Mapping[str, Any]


class TemplateModel(ModelBase[TemplateModelParams]):
    """Losses, metrics, and the log that chooses the best model."""

    def create_graph(self, params: TemplateModelParams) -> TemplateGraph:
        """Make the graph."""
        return TemplateGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        true = ops.squeeze(targets["class"], axis=-1)
        return {
            "cross_entropy": keras.losses.sparse_categorical_crossentropy(true, outputs["logits"], from_logits=True)
        }

    def _metric(self) -> dict[str, MetricDefinition]:
        return {"acc": MetricDefinition("class", "pred", keras.metrics.SparseCategoricalAccuracy())}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        names = self.params.classes
        words = f"{sample.meta['path']} is {names[int(sample.outputs['class'])]}"
        if sample.targets:
            words += f", true is {names[int(sample.targets['class'][0])]}"
        print_fn(words)
