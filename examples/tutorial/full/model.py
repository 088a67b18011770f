"""Losses, metrics, drawings and prints."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from examples.tutorial.full.graph import TutorialFullGraph
from examples.tutorial.full.params import TutorialFullModelParams
from tfaip.model import MetricDefinition, ModelBase
from tfaip.model.tensorboard import ConfusionMatrix, PRCurve
from tfaip.pipeline import DataBase, Sample

Tensors = Mapping[str, Any]


def is_even(inputs: Tensors, targets: Tensors, outputs: Tensors) -> Any:
    """Return whether the true class is an even one, float32 (batch, 1): a side of a metric may be computed."""
    return ops.cast(targets["gt"] % 2 == 0, "float32")


class TutorialFullModel(ModelBase[TutorialFullModelParams]):
    """Two questions about one image; the best model is the one that is most accurate in the first."""

    def create_graph(self, params: TutorialFullModelParams) -> TutorialFullGraph:
        """Make the graph."""
        return TutorialFullGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        gt = ops.squeeze(targets["gt"], axis=-1)
        even = is_even(inputs, targets, outputs)
        return {
            "digit": keras.losses.sparse_categorical_crossentropy(gt, outputs["logits"], from_logits=True),
            "parity": keras.losses.binary_crossentropy(even, outputs["even"]),
        }

    def _loss_weights(self) -> dict[str, float]:
        return {"parity": self.params.even_weight}

    def _metric(self) -> dict[str, MetricDefinition]:
        return {
            "acc": MetricDefinition("gt", "pred", keras.metrics.SparseCategoricalAccuracy()),
            "top_2": MetricDefinition("gt", "pred", keras.metrics.SparseTopKCategoricalAccuracy(k=2)),
            "even_auc": MetricDefinition(is_even, "even", keras.metrics.AUC()),
            # Drawn in TensorBoard; being no numbers, they are no logs.
            "even_curve": MetricDefinition(is_even, "even", PRCurve()),
            "confusion": MetricDefinition("gt", "class", ConfusionMatrix(self.params.classes)),
        }

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        outputs = sample.outputs
        words = f"{sample.meta['path']}: " if "path" in sample.meta else ""
        sure = "" if outputs["sure"] else ", not sure"
        words += f"predicted {int(outputs['class'])} with probability {outputs['confidence']:.1%}{sure}"
        if sample.targets:
            true = int(sample.targets["gt"][0])
            words += ": right" if int(outputs["class"]) == true else f": wrong, it is a {true}"
        print_fn(words)
