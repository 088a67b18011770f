"""Losses, metrics and prints."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from examples.imageclassification.graph import ImageGraph
from examples.imageclassification.params import ImageModelParams
from tfaip.model import MetricDefinition, ModelBase
from tfaip.model.tensorboard import ConfusionMatrix
from tfaip.pipeline import DataBase, Sample

Tensors = Mapping[str, Any]


class ImageModel(ModelBase[ImageModelParams]):
    """Which of the classes does the image show?"""

    def create_graph(self, params: ImageModelParams) -> ImageGraph:
        """Make the graph."""
        return ImageGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        gt = ops.squeeze(targets["gt"], axis=-1)
        return {"loss": keras.losses.sparse_categorical_crossentropy(gt, outputs["logits"], from_logits=True)}

    def _class_names(self) -> list[str]:
        return self.params.classes

    def _metric(self) -> dict[str, MetricDefinition]:
        return {
            "acc": MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy()),
            "confusion": MetricDefinition(
                "gt", "class", ConfusionMatrix(len(self.params.classes), class_names=self.params.classes)
            ),
        }

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        chosen = int(sample.outputs["class"])
        words = f"{sample.meta['path']}: {self.params.classes[chosen]} ({sample.outputs['pred'][chosen]:.1%})"
        if sample.targets:
            true = int(sample.targets["gt"][0])
            words += ", right" if true == chosen else f", wrong: it is {self.params.classes[true]}"
        print_fn(words)
