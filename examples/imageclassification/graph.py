"""The network."""

from typing import Any

import keras
from keras import ops

from examples.imageclassification.params import ImageModelParams
from tfaip.model import GraphBase
from tfaip.model.layers import ConvStackParams


class ImageGraph(GraphBase[ImageModelParams]):
    """Convolutions with pooling, each of them halving the image; then dense layers."""

    def __init__(self, params: ImageModelParams, name: str = "imageclassification", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.convolutions = ConvStackParams(filters=params.conv_filters, normalization="batch").create(name="conv")
        self.dense: list[Any] = []
        for number, units in enumerate(params.dense, start=1):
            self.dense.append(keras.layers.Dropout(params.dropout, name=f"dropout_{number}"))
            self.dense.append(keras.layers.Dense(units, activation="relu", name=f"dense_{number}"))
        self.logits = keras.layers.Dense(len(params.classes), name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return float32 `logits` and `pred` (batch, classes), and the int32 `class` (batch,)."""
        images = ops.cast(inputs["img"], self.compute_dtype) / 127.5 - 1
        self.record_image("images", images / 2 + 0.5)
        features = ops.mean(self.convolutions(images, training=training), axis=(1, 2))
        for layer in self.dense:
            features = layer(features)
        logits = ops.cast(self.logits(features), "float32")
        return {"logits": logits, "pred": ops.softmax(logits), "class": ops.argmax(logits, axis=-1)}
