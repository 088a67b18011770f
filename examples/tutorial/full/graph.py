"""The network: a replaceable body, and a head for each of two questions."""

from typing import Any

import keras
from keras import ops

from examples.tutorial.full.params import TutorialFullModelParams
from tfaip.model import GraphBase


class TutorialFullGraph(GraphBase[TutorialFullModelParams]):
    """Which digit is it, and is it an even one?"""

    def __init__(self, params: TutorialFullModelParams, name: str = "tutorial", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.body = params.graph.create(name="body")
        self.logits = keras.layers.Dense(params.classes, name="logits")
        self.even = keras.layers.Dense(1, name="even")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return the outputs.

        `logits` and `pred` are float32 (batch, classes), `class` is int (batch,), and `even`, the probability of an
        even class, is float32 (batch, 1).
        """
        images = ops.expand_dims(inputs["img"], axis=-1)
        self.record_image("digits", images)  # as the augmentation left them; shown in TensorBoard
        features = self.body(images, training=training)
        logits = self.logits(features)
        return {
            "logits": logits,
            "pred": ops.softmax(logits),
            "class": ops.argmax(logits, axis=-1),
            "even": ops.sigmoid(self.even(features)),
        }
