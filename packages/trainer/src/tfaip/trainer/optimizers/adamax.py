"""Parameters of Adamax."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["AdamaxParams"]


@params(name="Adamax", former_tags=["tfaip.trainer.optimizer.optimizers:AdamaxOptimizer"])
class AdamaxParams(OptimizerParams):
    """Adamax: Adam with the infinity norm in place of the second moment (Kingma and Ba, 2015)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the infinity norm's estimate")
    epsilon: float = field(
        basic=False, default=1e-7, help="Constant added to the denominator, against division by zero"
    )

    def cls(self) -> type[keras.optimizers.Adamax]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.Adamax
