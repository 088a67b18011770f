"""Dense layers, one after the other."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.model.layer import LayerBase
from tfaip.model.layers.dense_stack_params import DenseStackParams
from tfaip.model.layers.stage import stage_layers

__all__ = ["DenseStack"]


class DenseStack(LayerBase[DenseStackParams]):
    """Dense layers on the last axis, each followed by normalisation, activation and dropout."""

    def __init__(self, params: DenseStackParams, name: str = "dense_stack", **kwargs: Any) -> None:
        super().__init__(params, name=name, **kwargs)
        self.supports_masking = True
        self.stages: list[Any] = []
        for number, nodes in enumerate(params.nodes, start=1):
            self.stages.append(
                keras.layers.Dense(
                    nodes, use_bias=params.normalization == "none", name=f"dense_{number}", dtype=self.dtype_policy
                )
            )
            self.stages += stage_layers(params, number, self.dtype_policy)

    def call(self, inputs: Any, training: bool | None = None) -> Any:
        """Return the last stage's values, float (..., nodes[-1]), of inputs (..., n)."""
        for layer in self.stages:
            inputs = layer(inputs)
        return inputs
