"""The graph."""

import keras
from keras import ops

from tfaip.model import GraphBase


class CodecGraph(GraphBase):
    def __init__(self, params, name="codec", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.hidden = keras.layers.Dense(6, activation="tanh", name="hidden")
        self.logits = keras.layers.Dense(params.classes, name="logits")

    def call(self, inputs, training=None):
        logits = self.logits(self.hidden(inputs["x"]))
        return {"logits": logits, "class": ops.argmax(logits, axis=-1)}
