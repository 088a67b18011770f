"""Parameters of recurrent layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge, lt

from tfaip.model.layer_params import LayerBaseParams
from tfaip.model.layers.stage_params import SIZES
from tfaip.params import field, params

if TYPE_CHECKING:
    from tfaip.model.layers.recurrent_stack import RecurrentStack

__all__ = ["RecurrentStackParams"]


@params(name="Recurrent", former_tags=("tfaip.model.layers.params:RecurrentStackParams",))
class RecurrentStackParams(LayerBaseParams):
    """LSTM or GRU layers over a sequence."""

    nodes: list[int] = field(factory=lambda: [100], validator=SIZES, help="Units of each recurrent layer")
    cell: str = field(default="LSTM", choices=["LSTM", "GRU"], help="Kind of the recurrent layers")
    bidirectional: bool = field(default=True, help="Read the sequence in both directions; doubles the output's units")
    dropout: float = field(
        default=0.0, validator=[ge(0), lt(1)], help="Fraction of the values dropped after each layer"
    )

    def cls(self) -> type[RecurrentStack]:
        """Return the layer's class."""
        from tfaip.model.layers.recurrent_stack import RecurrentStack

        return RecurrentStack
