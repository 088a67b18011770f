"""Parameters of Nadam."""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

__all__ = ["NadamParams"]


@params(name="Nadam")
class NadamParams(OptimizerParams):
    """Nadam: Adam with Nesterov's momentum (Dozat, 2016)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the second moment's estimate")
    epsilon: float = field(default=1e-7, help="Added to the denominator, against division by zero")

    def _create(self, common: dict[str, Any]) -> Any:
        import keras

        return keras.optimizers.Nadam(
            beta_1=self.beta_1,
            beta_2=self.beta_2,
            epsilon=self.epsilon,
            **common,
        )
