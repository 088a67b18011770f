"""Parameters of Adamax."""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

__all__ = ["AdamaxParams"]


@params(name="Adamax")
class AdamaxParams(OptimizerParams):
    """Adamax: Adam with the infinity norm in place of the second moment (Kingma and Ba, 2015)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the infinity norm's estimate")
    epsilon: float = field(default=1e-7, help="Added to the denominator, against division by zero")

    def _create(self, common: dict[str, Any]) -> Any:
        import keras

        return keras.optimizers.Adamax(
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
            **common,
        )
