"""Parameters of the decoding of sequences."""

from __future__ import annotations

from typing import TYPE_CHECKING

from attrs.validators import ge

from tfaip.model.layer_params import LayerBaseParams
from tfaip.params import field, params

if TYPE_CHECKING:
    from tfaip.model.layers.beam_search import BeamSearch

__all__ = ["BeamSearchParams"]


@params(name="BeamSearch")
class BeamSearchParams(LayerBaseParams):
    """Decoding of a sequence token by token: a beam search, or greedily with a width of 1.

    The layer has no weights: each value can be changed after the training.
    """

    width: int = field(default=1, validator=ge(1), help="Hypotheses kept at each step; 1: greedy decoding")
    length_penalty: float = field(
        default=0.0,
        validator=ge(0.0),
        help="Exponent of the length that divides a hypothesis' log-probability; 0: no division, 1: the mean",
    )
    max_length: int = field(default=100, validator=ge(1), help="Longest hypothesis in tokens, the end token included")

    def cls(self) -> type[BeamSearch]:
        """Return the layer's class."""
        from tfaip.model.layers.beam_search import BeamSearch

        return BeamSearch
