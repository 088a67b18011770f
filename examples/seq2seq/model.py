"""Losses, metrics and prints."""

from collections.abc import Callable, Mapping
from typing import Any

import keras

from examples.seq2seq.characters import PADDING
from examples.seq2seq.graph import Seq2SeqGraph
from examples.seq2seq.params import Seq2SeqModelParams
from tfaip.model import ModelBase, mean_by_sample
from tfaip.pipeline import DataBase, Sample

Tensors = Mapping[str, Any]


class Seq2SeqModel(ModelBase[Seq2SeqModelParams]):
    """The translation of a text, character by character."""

    def create_graph(self, params: Seq2SeqModelParams) -> Seq2SeqGraph:
        """Make the graph."""
        return Seq2SeqGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        target = targets["target"]
        losses = keras.losses.sparse_categorical_crossentropy(target, outputs["logits"], from_logits=True)
        # The mean over the tokens of a sample, so that a long one counts as much as a short one.
        return {"tokens": mean_by_sample(losses, target != PADDING)}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "val_exact"  # of the evaluator

    def _print_evaluate(self, sample: Sample, data: DataBase[Any], print_fn: Callable[[str], None] = print) -> None:
        text = sample.outputs["text"]
        line = f"{sample.meta['source']} -> {text}"
        if sample.targets and sample.targets["text"] != text:
            line += f", and not {sample.targets['text']}"
        print_fn(line)
