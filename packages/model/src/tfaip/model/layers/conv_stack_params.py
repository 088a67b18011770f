"""Parameters of convolutions."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import deep_iterable, ge

from tfaip.model.layers.stage_params import SIZES, StageParams
from tfaip.params import field, params

if TYPE_CHECKING:
    from tfaip.model.layers.conv_stack import ConvStack

__all__ = ["ConvStackParams"]


@params(name="Conv", former_tags=("tfaip.model.layers.params:ConvStackParams",))
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
