"""The network: from inputs to outputs."""

from typing import Any

import keras
from keras import ops

from tfaip.model import GraphBase
from tfaip.templates.images.params import TemplateModelParams


class TemplateGraph(GraphBase[TemplateModelParams]):
    """Convolutions that halve width and height, a dense layer, and one logit for each class."""

    def __init__(self, params: TemplateModelParams, name: str = "template", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.hidden = keras.Sequential(name="hidden")
        for filters in params.filters:
            self.hidden.add(keras.layers.Conv2D(filters, 3, padding="same", activation="relu"))
            self.hidden.add(keras.layers.MaxPooling2D())
        # The place in the image does not matter, so a few hundred images are enough to begin with.
        self.hidden.add(keras.layers.GlobalMaxPooling2D())
        self.hidden.add(keras.layers.Dense(params.units, activation="relu"))
        self.logits = keras.layers.Dense(len(params.classes), name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return logits and their softmax, float32 (batch, classes), and the class, int (batch,)."""
        pixels = ops.cast(inputs["img"], "float32") / 255.0
        logits = self.logits(self.hidden(pixels, training=training))
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}
