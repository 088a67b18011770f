"""The network: from inputs to outputs."""

from typing import Any

import keras
from keras import ops

from tfaip.model import GraphBase
from tfaip.templates.general.params import TemplateModelParams


class TemplateGraph(GraphBase[TemplateModelParams]):
    """Dense layers, and one logit for each class."""

    def __init__(self, params: TemplateModelParams, name: str = "template", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.hidden = [
            keras.layers.Dense(nodes, activation="relu", name=f"hidden_{number}")
            for number, nodes in enumerate(params.nodes, start=1)
        ]
        self.logits = keras.layers.Dense(params.classes, name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return logits and their softmax, float32 (batch, classes), and the class, int (batch,)."""
        x = inputs["point"]
        for layer in self.hidden:
            x = layer(x)
        logits = self.logits(x)
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}
