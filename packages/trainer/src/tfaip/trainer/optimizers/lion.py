"""Parameters of Lion."""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

__all__ = ["LionParams"]


@params(name="Lion")
class LionParams(OptimizerParams):
    """Lion: steps in the direction of the sign of an interpolated momentum (Chen et al., 2023)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Share of the momentum in the step's direction")
    beta_2: float = field(default=0.99, aliases=("beta2",), help="Decay of the momentum")

    def _create(self, common: dict[str, Any]) -> Any:
        import keras

        return keras.optimizers.Lion(
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            **common,
        )
