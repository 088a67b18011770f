"""The layers that follow a weighted layer of a stack."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.model.layers.stage_params import StageParams

__all__ = ["stage_layers"]


def stage_layers(params: StageParams, number: int, dtype: Any) -> list[Any]:
    """Return the layers between the weighted layer `number` and the next one: normalisation, activation, dropout.

    Args:
        params: The name of the normalisation.
        number: Number of the stage, a part of the layers' names.
        dtype: Type or policy of the layers.
    """
    layers: list[Any] = []
    if params.normalization == "batch":
        layers.append(keras.layers.BatchNormalization(name=f"norm_{number}", dtype=dtype))
    elif params.normalization == "layer":
        layers.append(keras.layers.LayerNormalization(name=f"norm_{number}", dtype=dtype))
    layers.append(keras.layers.Activation(params.activation, name=f"{params.activation}_{number}", dtype=dtype))
    if params.dropout:
        layers.append(keras.layers.Dropout(params.dropout, name=f"dropout_{number}", dtype=dtype))
    return layers
