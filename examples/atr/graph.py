"""The network."""

from typing import Any

import keras
from keras import ops

from examples.atr.params import ATRModelParams
from tfaip.model import GraphBase
from tfaip.model.layers import RecurrentStackParams


class ATRGraph(GraphBase[ATRModelParams]):
    """Convolutions see shapes, an LSTM reads them in both directions.

    Padding is masked everywhere, so that a line is read alike beside any others in its batch.
    """

    def __init__(self, params: ATRModelParams, name: str = "atr", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.convolutions = [
            keras.layers.Conv2D(filters, 3, padding="same", activation="relu", name=f"conv_{number}")
            for number, filters in enumerate(params.conv_filters, start=1)
        ]
        self.pooling = keras.layers.MaxPooling2D(2, padding="same", name="pooling")
        self.lstm = RecurrentStackParams(nodes=params.lstm_nodes, dropout=params.dropout).create(name="lstm")
        self.logits = keras.layers.Dense(params.labels, name="logits")

    def call(self, inputs: dict[str, Any], training: bool | None = None) -> dict[str, Any]:
        """Return float32 `logits` and `probabilities` (batch, steps, labels), and int32 `steps` (batch,) of each."""
        features = ops.expand_dims(ops.cast(inputs["line"], self.compute_dtype) / 255, axis=-1)
        self.record_image("lines", ops.transpose(features, (0, 2, 1, 3)))
        steps = ops.cast(ops.squeeze(inputs["columns"], axis=-1), "int32")
        for convolution in self.convolutions:
            features = self.pooling(self._masked(convolution(features), steps))
            steps = (steps + 1) // 2
        batch, length, height, channels = ops.shape(features)
        del batch
        features = ops.reshape(features, (-1, length, height * channels))
        features = self.lstm(features, mask=self._mask(length, steps), training=training)
        logits = ops.cast(self.logits(features), "float32")
        return {"logits": logits, "probabilities": ops.softmax(logits), "steps": steps}

    def _mask(self, length: Any, steps: Any) -> Any:
        return ops.expand_dims(ops.arange(length), 0) < ops.expand_dims(steps, 1)

    def _masked(self, features: Any, steps: Any) -> Any:
        mask = ops.cast(self._mask(ops.shape(features)[1], steps), features.dtype)
        return features * ops.expand_dims(ops.expand_dims(mask, -1), -1)
