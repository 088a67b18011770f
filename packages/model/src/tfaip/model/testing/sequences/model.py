"""Model and graph of the sequences."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from tfaip.model.graph import GraphBase
from tfaip.model.metric import MetricDefinition
from tfaip.model.model import ModelBase
from tfaip.model.testing.sequences.data import STEPS, TOKENS
from tfaip.model.testing.sequences.params import SequencesModelParams
from tfaip.pipeline import Sample

__all__ = ["SequencesGraph", "SequencesModel"]

Tensors = Mapping[str, Any]


class SequencesGraph(GraphBase[SequencesModelParams]):
    """In training each token is told from the true one before it, in prediction from the one that was told."""

    def __init__(self, params: SequencesModelParams, name: str = "sequences", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.embedding = keras.layers.Embedding(TOKENS, params.units, name="embedding")
        self.dropout = keras.layers.Dropout(0.1, name="dropout")
        self.logits = keras.layers.Dense(TOKENS, name="logits")

    def build_train_graph(self, inputs: Tensors, targets: Tensors, training: bool | None = None) -> dict[str, Any]:
        """Return the logits of all steps at once, float32 (batch, steps, tokens)."""
        del training  # the layers know
        before = ops.concatenate([inputs["first"], targets["tokens"][:, :-1]], axis=1)
        return {"logits": self._next(before)}

    def build_prediction_graph(self, inputs: Tensors) -> dict[str, Any]:
        """Return the decoded tokens, int (batch, steps)."""
        tokens = [inputs["first"]]
        for _ in range(STEPS):
            tokens.append(ops.cast(ops.argmax(self._next(tokens[-1]), axis=-1), "int64"))
        return {"decoded": ops.concatenate(tokens[1:], axis=1)}

    def _next(self, tokens: Any) -> Any:
        return self.logits(self.dropout(self.embedding(tokens)))


class SequencesModel(ModelBase[SequencesModelParams]):
    """Cross entropy of each step in training; the best model is the one that decodes best."""

    def create_graph(self, params: SequencesModelParams) -> SequencesGraph:
        """Make the graph."""
        return SequencesGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        losses = keras.losses.sparse_categorical_crossentropy(targets["tokens"], outputs["logits"], from_logits=True)
        return {"ce": ops.mean(losses, axis=-1)}

    def _metric(self) -> dict[str, MetricDefinition]:
        return {
            "acc": MetricDefinition("tokens", "logits", keras.metrics.SparseCategoricalAccuracy()),
            "decoded_acc": MetricDefinition("tokens", "decoded", keras.metrics.Accuracy(), prediction=True),
        }

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "decoded_acc"

    def _print_evaluate(self, sample: Sample, data: Any, print_fn: Callable[[str], None] = print) -> None:
        print_fn(f"decoded {' '.join(map(str, sample.outputs['decoded']))}")
