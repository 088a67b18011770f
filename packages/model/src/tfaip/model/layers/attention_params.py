"""Parameters of attention."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge, lt

from tfaip.model.layer_params import LayerBaseParams
from tfaip.params import field, params

if TYPE_CHECKING:
    from tfaip.model.layers.attention import Attention

__all__ = ["AttentionParams"]


@params(name="Attention")
class AttentionParams(LayerBaseParams):
    """Scaled dot-product attention with several heads (Vaswani et al., 2017)."""

    heads: int = field(default=4, validator=ge(1), help="Number of heads")
    head_units: int = field(default=32, validator=ge(1), help="Units of the queries, keys and values of each head")
    dropout: float = field(default=0.0, validator=[ge(0), lt(1)], help="Fraction of the attention weights dropped")

    def cls(self) -> type[Attention]:
        """Return the layer's class."""
        from tfaip.model.layers.attention import Attention

        return Attention
