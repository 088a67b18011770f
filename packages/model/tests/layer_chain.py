"""A graph whose layers are chosen on the command line, one of them nested in itself."""

from __future__ import annotations

from typing import Any

import keras
from keras import ops

from tfaip.model import GraphBase, GraphBaseParams, LayerBase, LayerBaseParams
from tfaip.model.layers import DenseStackParams
from tfaip.params import field, params

__all__ = ["Chain", "ChainParams", "Residual", "ResidualParams", "ScaleParams"]


@params
class ScaleParams(LayerBaseParams):
    """Multiply by a weight."""

    start: float = 1.0

    def cls(self) -> Any:
        return Scale


@params
class ResidualParams(LayerBaseParams):
    """Add a layer's output to its input."""

    inner: LayerBaseParams = field(factory=ScaleParams)

    def cls(self) -> Any:
        return Residual


CHOICES = [DenseStackParams, ScaleParams, ResidualParams]


@params(name="Chain")
class ChainParams(GraphBaseParams):
    """Layers, one after the other."""

    layers: list[LayerBaseParams] = field(factory=list, choices=CHOICES)

    def cls(self) -> Any:
        return Chain


class Scale(LayerBase[ScaleParams]):
    def build(self, input_shape):
        self.factor = self.add_weight(
            shape=(), initializer=keras.initializers.Constant(self.params.start), name="factor"
        )
        super().build(input_shape)

    def call(self, inputs, training=None):
        return inputs * self.factor


class Residual(LayerBase[ResidualParams]):
    def __init__(self, params, **kwargs):
        super().__init__(params, **kwargs)
        self.inner = params.inner.create("inner")

    def call(self, inputs, training=None):
        return inputs + self.inner(inputs)


class Chain(GraphBase[ChainParams]):
    def __init__(self, params, name="chain", **kwargs):
        super().__init__(params, name=name, **kwargs)
        self.chained = [layer.create(f"layer_{number}") for number, layer in enumerate(params.layers)]
        self.logits = keras.layers.Dense(3, name="logits")

    def call(self, inputs, training=None):
        x = inputs["point"]
        for layer in self.chained:
            x = layer(x)
        logits = self.logits(x)
        return {"logits": logits, "pred": ops.softmax(logits)}
