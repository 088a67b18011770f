"""Losses, metrics and prints."""

from collections.abc import Callable, Mapping
from typing import Any

from keras import ops

from examples.atr.graph import ATRGraph
from examples.atr.params import ATRModelParams
from tfaip.model import ModelBase
from tfaip.pipeline import DataBase, Sample

Tensors = Mapping[str, Any]


class ATRModel(ModelBase[ATRModelParams]):
    """What is written in the line?"""

    def create_graph(self, params: ATRModelParams) -> ATRGraph:
        """Make the graph."""
        return ATRGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        length = ops.squeeze(targets["length"], axis=-1)
        return {"ctc": ops.ctc_loss(targets["labels"], outputs["logits"], length, outputs["steps"])}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "min", "val_cer"  # of the evaluator

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        text = sample.outputs["sequence"]
        print_fn(f"{sample.meta['path']}: {text}")
        if sample.targets and sample.targets["text"] != text:
            print_fn(f"{' ' * len(sample.meta['path'])}  {sample.targets['text']} is what it says")
