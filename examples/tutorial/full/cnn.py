"""A convolutional network."""

from typing import Any

import keras

from examples.tutorial.full.params import CNNParams
from tfaip.model import LayerBase
from tfaip.model.layers.conv_stack import ConvStack


class CNN(LayerBase[CNNParams]):
    """Convolutions with pooling, then a dense layer."""

    def __init__(self, params: CNNParams, name: str = "cnn", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.stack = ConvStack(params, name="stack")
        self.flatten = keras.layers.Flatten(name="flatten")
        self.dense = keras.layers.Dense(params.dense, activation=params.activation, name="dense")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return features, float32 (batch, dense), of images (batch, 28, 28, 1)."""
        return self.dense(self.flatten(self.stack(inputs, training=training)))
