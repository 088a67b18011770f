"""Parameters of Lion."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["LionParams"]


@params(name="Lion")
class LionParams(OptimizerParams):
    """Lion: steps in the direction of the sign of an interpolated momentum (Chen et al., 2023)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Fraction of the momentum in the step's direction")
    beta_2: float = field(basic=False, default=0.99, aliases=("beta2",), help="Decay of the momentum")

    def cls(self) -> type[keras.optimizers.Lion]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.Lion
