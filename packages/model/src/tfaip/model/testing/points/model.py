"""Model and graph of the points."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import keras
from keras import ops

from tfaip.model.graph import GraphBase
from tfaip.model.metric import MetricDefinition
from tfaip.model.model import ModelBase
from tfaip.model.testing.points.params import PointsModelParams
from tfaip.pipeline import Sample

__all__ = ["PointsGraph", "PointsModel"]

Tensors = Mapping[str, Any]


class PointsGraph(GraphBase[PointsModelParams]):
    """One hidden layer with dropout."""

    def __init__(self, params: PointsModelParams, name: str = "points", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.hidden = keras.layers.Dense(params.units, activation="relu", name="hidden")
        self.dropout = keras.layers.Dropout(params.dropout, name="dropout")
        self.logits = keras.layers.Dense(3, name="logits")

    def call(self, inputs: Tensors, training: bool | None = None) -> dict[str, Any]:
        """Return logits and probabilities, float32 (batch, 3), and the class, int (batch,)."""
        hidden = self.dropout(self.hidden(inputs["point"]), training=training)
        logits = self.logits(hidden)
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}


class PointsModel(ModelBase[PointsModelParams]):
    """Classification by cross entropy."""

    def create_graph(self, params: PointsModelParams) -> PointsGraph:
        """Make the graph."""
        return PointsGraph(params)

    def _loss(self, inputs: Tensors, targets: Tensors, outputs: Tensors) -> dict[str, Any]:
        direction = ops.squeeze(targets["direction"], axis=-1)
        return {"ce": keras.losses.sparse_categorical_crossentropy(direction, outputs["logits"], from_logits=True)}

    def _metric(self) -> dict[str, MetricDefinition]:
        return {"acc": MetricDefinition("direction", "pred", keras.metrics.SparseCategoricalAccuracy())}

    def _best_logging_settings(self) -> tuple[str, str]:
        return "max", "acc"

    def _print_evaluate(self, sample: Sample, data: Any, print_fn: Callable[[str], None] = print) -> None:
        print_fn(f"point {sample.meta} lies {sample.outputs['name']}")
