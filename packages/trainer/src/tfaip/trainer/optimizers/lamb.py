"""Parameters of LAMB."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["LAMBParams"]


@params(name="LAMB", former_tags=["tfaip.trainer.optimizer.optimizers:LAMBOptimizer"])
class LAMBParams(OptimizerParams):
    """LAMB: Adam whose steps are scaled by the norm of each layer's weights, for large batches (You et al., 2020)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the second moment's estimate")
    epsilon: float = field(
        basic=False, default=1e-7, help="Constant added to the denominator, against division by zero"
    )

    def cls(self) -> type[keras.optimizers.Lamb]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.Lamb
