"""Parameters of SGD."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["SGDParams"]


@params(name="SGD", former_tags=["tfaip.trainer.optimizer.optimizers:SGDOptimizer"])
class SGDParams(OptimizerParams):
    """Stochastic gradient descent, with momentum where wanted."""

    momentum: float = field(
        basic=True, default=0.0, help="Momentum: fraction of the last step that is added to the next one"
    )
    nesterov: bool = field(default=False, help="Use Nesterov momentum")

    def cls(self) -> type[keras.optimizers.SGD]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.SGD
