"""Parameters of Adam."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["AdamParams"]


@params(name="Adam", former_tags=["tfaip.trainer.optimizer.optimizers:AdamOptimizer"])
class AdamParams(OptimizerParams):
    """Adam: steps scaled by estimates of the gradient's first two moments (Kingma and Ba, 2015)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the second moment's estimate")
    epsilon: float = field(default=1e-7, help="Constant added to the denominator, against division by zero")
    amsgrad: bool = field(
        basic=False, default=False, help="Divide by the largest second moment so far (Reddi et al., 2018)"
    )

    def cls(self) -> type[keras.optimizers.Adam]:
        """Return the optimizer's class."""
        from tfaip.trainer.optimizers.adam_optimizer import Adam

        return Adam
