"""A multilayer perceptron."""

from typing import Any

import keras

from examples.tutorial.full.params import MLPParams
from tfaip.model import LayerBase
from tfaip.model.layers.dense_stack import DenseStack


class MLP(LayerBase[MLPParams]):
    """Dense layers on the pixels, in any place."""

    def __init__(self, params: MLPParams, name: str = "mlp", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.flatten = keras.layers.Flatten(name="flatten")
        self.stack = DenseStack(params, name="stack")

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return features, float32 (batch, nodes[-1]), of images (batch, 28, 28, 1)."""
        return self.stack(self.flatten(inputs), training=training)
