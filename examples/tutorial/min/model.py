"""The model of the tutorial: losses, metrics and prints."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from examples.tutorial.min.graph import TutorialGraph
from examples.tutorial.min.params import TutorialModelParams
from tfaip.model import MetricDefinition, ModelBase
from tfaip.pipeline import DataBase, Sample

Tensors = Mapping[str, Any]


class TutorialModel(ModelBase[TutorialModelParams]):
    """Classification by cross entropy; the best model is the most accurate one."""

    def create_graph(self, params: TutorialModelParams) -> TutorialGraph:
        """Make the graph."""
        return TutorialGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        gt = ops.squeeze(targets["gt"], axis=-1)
        return {"cross_entropy": keras.losses.sparse_categorical_crossentropy(gt, outputs["logits"], from_logits=True)}

    def _metric(self) -> dict[str, MetricDefinition]:
        return {"acc": MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy())}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        predicted = int(sample.outputs["class"])
        words = f"predicted {predicted} with probability {sample.outputs['pred'][predicted]:.1%}"
        if sample.targets:
            true = int(sample.targets["gt"][0])
            words += ": right" if predicted == true else f": wrong, it is a {true}"
        print_fn(words)
