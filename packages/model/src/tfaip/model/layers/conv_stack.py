"""Convolutions, one after the other."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.model.layer import LayerBase
from tfaip.model.layers.conv_stack_params import ConvStackParams
from tfaip.model.layers.stage import stage_layers

__all__ = ["ConvStack"]

POOLINGS = {"max": keras.layers.MaxPooling2D, "average": keras.layers.AveragePooling2D}


class ConvStack(LayerBase[ConvStackParams]):
    """Convolutions over two axes, each followed by normalisation, activation, pooling and dropout."""

    def __init__(self, params: ConvStackParams, name: str = "conv_stack", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.stages: list[Any] = []
        for number, filters in enumerate(params.filters, start=1):
            convolution = keras.layers.Conv2D(
                filters,
                params.kernel,
                padding="same",
                use_bias=params.normalization == "none",
                name=f"conv_{number}",
                dtype=self.dtype_policy,
            )
            self.stages += [convolution, *stage_layers(params, number, self.dtype_policy)]
            if params.pooling != "none":
                pooling = POOLINGS[params.pooling](
                    params.pool, padding="same", name=f"pool_{number}", dtype=self.dtype_policy
                )
                # Before the dropout: the maximum of values that were dropped at random is a lesser dropout.
                self.stages.insert(len(self.stages) - bool(params.dropout), pooling)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return features, float (batch, height / a, width / b, filters[-1]), of images (batch, height, width, n).

        The sizes a, b are `params.downsampling()`, and quotients are rounded up.
        """
        for layer in self.stages:
            inputs = layer(inputs)
        return inputs
