"""Parameters of dense layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.model.layers.stage_params import SIZES, StageParams
from tfaip.params import field, params

if TYPE_CHECKING:
    from tfaip.model.layers.dense_stack import DenseStack

__all__ = ["DenseStackParams"]


@params(name="Dense", former_tags=("tfaip.model.layers.params:DenseStackParams",))
class DenseStackParams(StageParams):
    """Dense layers on the last axis."""

    nodes: list[int] = field(factory=lambda: [128], validator=SIZES, help="Units of each dense layer")

    def cls(self) -> type[DenseStack]:
        """Return the layer's class."""
        from tfaip.model.layers.dense_stack import DenseStack

        return DenseStack
