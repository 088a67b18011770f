"""Losses, metrics and prints."""

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from examples.ner.entities import OUTSIDE
from examples.ner.graph import NERGraph
from examples.ner.params import NERModelParams
from tfaip.model import MetricDefinition, ModelBase, mean_by_sample
from tfaip.pipeline import DataBase, Sample

Tensors = Mapping[str, Any]


class NERModel(ModelBase[NERModelParams]):
    """Entities in sentences."""

    def create_graph(self, params: NERModelParams) -> NERGraph:
        """Make the graph."""
        return NERGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        tags = targets["tags"]
        losses = keras.losses.sparse_categorical_crossentropy(tags, outputs["logits"], from_logits=True)
        outside = self.params.tags.index(OUTSIDE)
        weights = outputs["mask"] * ops.where(tags == outside, self.params.outside_weight, 1.0)
        return {"tags": mean_by_sample(losses, weights)}

    def _metric(self) -> dict[str, MetricDefinition]:
        def right(inputs: Tensors, targets: Tensors, outputs: Tensors) -> Any:
            return targets["tags"] == ops.cast(outputs["class"], targets["tags"].dtype)

        return {"acc": MetricDefinition.mean(right, lambda inputs, targets, outputs: outputs["mask"])}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "val_f1"  # of the evaluator

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        tokens = sample.meta["tokens"]
        found = [f"{' '.join(tokens[begin:end])} ({kind})" for kind, begin, end in sample.outputs["entities"]]
        print_fn(f"{' '.join(tokens)}\n    {', '.join(found) or 'no entities'}")
        if sample.targets and sample.targets["entities"] != sample.outputs["entities"]:
            true = [f"{' '.join(tokens[begin:end])} ({kind})" for kind, begin, end in sample.targets["entities"]]
            print_fn(f"    true: {', '.join(true) or 'no entities'}")
