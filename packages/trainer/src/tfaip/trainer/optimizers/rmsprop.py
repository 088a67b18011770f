"""Parameters of RMSprop."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["RMSpropParams"]


@params(name="RMSprop", former_tags=["tfaip.trainer.optimizer.optimizers:RMSpropOptimizer"])
class RMSpropParams(OptimizerParams):
    """RMSprop: steps divided by a running mean of the gradient's magnitude (Hinton, 2012)."""

    rho: float = field(default=0.9, aliases=("beta1",), help="Discount of the running mean")
    momentum: float = field(
        basic=True, default=0.0, help="Momentum: fraction of the last step that is added to the next one"
    )
    epsilon: float = field(default=1e-7, help="Constant added to the denominator, against division by zero")
    centered: bool = field(default=False, help="Normalise by the estimated variance of the gradient")

    def cls(self) -> type[keras.optimizers.RMSprop]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.RMSprop
