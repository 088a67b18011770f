"""The network of the tutorial."""

from typing import Any

import keras
from keras import ops

from examples.tutorial.min.params import TutorialModelParams
from tfaip.model import GraphBase


class TutorialGraph(GraphBase[TutorialModelParams]):
    """Convolutions with pooling, a dense layer, and one logit a class."""

    def __init__(self, params: TutorialModelParams, name: str = "tutorial", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.convolutions = [
            keras.layers.Conv2D(filters, (2, 2), padding="same", activation="relu", name=f"conv_{number}")
            for number, filters in enumerate(params.filters, start=1)
        ]
        self.pooling = keras.layers.MaxPooling2D((2, 2), name="pooling")
        self.flatten = keras.layers.Flatten(name="flatten")
        self.hidden = keras.layers.Dense(params.dense, activation="relu", name="hidden")
        self.logits = keras.layers.Dense(params.classes, name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return logits and their softmax, float32 (batch, classes), and the class, int64 (batch,)."""
        x = ops.expand_dims(ops.cast(inputs["img"], "float32") / 255, axis=-1)
        for convolution in self.convolutions:
            x = self.pooling(convolution(x))
        logits = self.logits(self.hidden(self.flatten(x)))
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}
