"""Parameters of the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from attrs.validators import deep_iterable, ge, lt, min_len

from tfaip.model.layer_params import LayerBaseParams
from tfaip.params import field, params

if TYPE_CHECKING:
    from tfaip.model.layers.conv_stack import ConvStack
    from tfaip.model.layers.dense_stack import DenseStack
    from tfaip.model.layers.recurrent_stack import RecurrentStack

__all__ = ["ConvStackParams", "DenseStackParams", "RecurrentStackParams", "StageParams"]

ACTIVATIONS = ["elu", "gelu", "leaky_relu", "linear", "relu", "selu", "sigmoid", "silu", "softplus", "tanh"]
SIZES: list[Any] = [min_len(1), deep_iterable(ge(1))]


@params
class StageParams(LayerBaseParams):
    """What follows each weighted layer of a stack: normalisation, activation, dropout."""

    activation: str = field(default="relu", choices=ACTIVATIONS, help="Activation of each stage")
    normalization: str = field(
        default="none",
        choices=["none", "batch", "layer"],
        help="Normalisation before the activation; the weighted layer has no bias then",
    )
    dropout: float = field(default=0.0, validator=[ge(0), lt(1)], help="Share of the values dropped after each stage")


@params(name="Dense")
class DenseStackParams(StageParams):
    """Dense layers on the last axis."""

    nodes: list[int] = field(factory=lambda: [128], validator=SIZES, help="Units of each dense layer")

    def cls(self) -> type[DenseStack]:
        """Return the layer's class."""
        from tfaip.model.layers.dense_stack import DenseStack

        return DenseStack


@params(name="Conv")
class ConvStackParams(StageParams):
    """Convolutions over two axes, each with pooling."""

    filters: list[int] = field(factory=lambda: [16, 32], validator=SIZES, help="Filters of each convolution")
    kernel: tuple[int, int] = field(default=(3, 3), validator=deep_iterable(ge(1)), help="Size of each kernel")
    pooling: str = field(
        default="max", choices=["max", "average", "none"], help="Pooling after each convolution, with padding"
    )
    pool: tuple[int, int] = field(default=(2, 2), validator=deep_iterable(ge(1)), help="Size and stride of the pooling")

    def downsampling(self) -> tuple[int, int]:
        """Return by how much the output is smaller along its first and its second axis, rounded up.

        A sequence of n columns is one of -(-n // downsampling) afterwards.
        """
        if self.pooling == "none":
            return 1, 1
        return self.pool[0] ** len(self.filters), self.pool[1] ** len(self.filters)

    def cls(self) -> type[ConvStack]:
        """Return the layer's class."""
        from tfaip.model.layers.conv_stack import ConvStack

        return ConvStack


@params(name="Recurrent")
class RecurrentStackParams(LayerBaseParams):
    """LSTM or GRU layers over a sequence."""

    nodes: list[int] = field(factory=lambda: [100], validator=SIZES, help="Units of each recurrent layer")
    cell: str = field(default="LSTM", choices=["LSTM", "GRU"], help="Kind of the recurrent layers")
    bidirectional: bool = field(default=True, help="Read the sequence in both directions; doubles the output's units")
    dropout: float = field(default=0.0, validator=[ge(0), lt(1)], help="Share of the values dropped after each layer")

    def cls(self) -> type[RecurrentStack]:
        """Return the layer's class."""
        from tfaip.model.layers.recurrent_stack import RecurrentStack

        return RecurrentStack
