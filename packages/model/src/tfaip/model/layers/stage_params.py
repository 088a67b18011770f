"""Parameters of the part that follows each weighted layer of a stack, and validators of all stacks."""

from __future__ import annotations

from typing import Any

from attrs.validators import deep_iterable, ge, lt, min_len

from tfaip.model.layer_params import LayerBaseParams
from tfaip.params import field, params

__all__ = ["SIZES", "StageParams"]

ACTIVATIONS = ["elu", "gelu", "leaky_relu", "linear", "relu", "selu", "sigmoid", "silu", "softplus", "tanh"]
SIZES: list[Any] = [min_len(1), deep_iterable(ge(1))]


@params
class StageParams(LayerBaseParams):
    """The part that follows each weighted layer of a stack: normalisation, activation, dropout."""

    activation: str = field(default="relu", choices=ACTIVATIONS, help="Activation of each stage")
    normalization: str = field(
        default="none",
        choices=["none", "batch", "layer"],
        help="Normalisation before the activation; the weighted layer has no bias then",
    )
    dropout: float = field(
        default=0.0, validator=[ge(0), lt(1)], help="Fraction of the values dropped after each stage"
    )
