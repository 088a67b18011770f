"""A transformer's encoder."""

from typing import Any

import keras
import numpy as np
from keras import ops

from examples.ner.params import TransformerEncoderParams
from tfaip.model import LayerBase


class TransformerEncoder(LayerBase[TransformerEncoderParams]):
    """Blocks over the tokens and their positions, which are sines and cosines: a sentence may be of any length."""

    def __init__(self, params: TransformerEncoderParams, name: str = "encoder", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.supports_masking = True
        self.project = keras.layers.Dense(params.units, name="project")
        self.blocks = [EncoderBlock(params, name=f"block_{number}") for number in range(params.blocks)]
        self.norm = keras.layers.LayerNormalization(name="norm")

    def call(self, inputs: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Return the last block's values at each step, float (batch, steps, units).

        Args:
            inputs: Sequences, float (batch, steps, n).
            mask: Steps that belong to the sequence, bool (batch, steps); `None` for all of them.
            training: Whether dropout works.
        """
        x = self.project(inputs) + self._positions(ops.shape(inputs)[1])
        for block in self.blocks:
            x = block(x, mask=mask, training=training)
        return self.norm(x)

    def _positions(self, steps: Any) -> Any:
        units = self.params.units
        rates = np.power(10_000.0, -np.arange(0, units, 2) / units).astype(np.float32)
        angles = ops.expand_dims(ops.cast(ops.arange(steps), "float32"), -1) * rates
        waves = ops.concatenate([ops.sin(angles), ops.cos(angles)], axis=-1)[:, :units]
        return ops.cast(ops.expand_dims(waves, 0), self.compute_dtype)


class EncoderBlock(LayerBase[TransformerEncoderParams]):
    """Attention to all tokens of the sentence and two dense layers, each with a residual."""

    def __init__(self, params: TransformerEncoderParams, name: str = "block", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.supports_masking = True
        self.attention = params.attention.create(name="attention")
        self.dense = keras.layers.Dense(params.feed_forward, activation="relu", name="dense")
        self.back = keras.layers.Dense(params.units, name="back")
        self.norms = [keras.layers.LayerNormalization(name=f"norm_{part}") for part in ("attention", "dense")]
        self.dropout = keras.layers.Dropout(params.dropout, name="dropout")

    def call(self, x: Any, mask: Any = None, training: bool | None = None) -> Any:
        """Return the block's result for each step, float (batch, steps, units)."""
        x += self.dropout(self.attention(self.norms[0](x), mask=mask, training=training), training=training)
        return x + self.dropout(self.back(self.dense(self.norms[1](x))), training=training)
