"""Parameters of AdaBelief."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    from tfaip.trainer.optimizers.adabelief_optimizer import AdaBelief

__all__ = ["AdaBeliefParams"]


@params(name="AdaBelief", former_tags=["tfaip.trainer.optimizer.optimizers:AdaBeliefOptimizer"])
class AdaBeliefParams(OptimizerParams):
    """AdaBelief: steps scaled by the distance of gradients from their prediction (Zhuang et al., 2020)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the estimated variance")
    epsilon: float = field(default=1e-14, help="Constant added to the variance at each step, and to the denominator")
    rectify: bool = field(default=True, help="Rectify the variance of the first steps, as RAdam (Liu et al., 2020)")
    amsgrad: bool = field(default=False, help="Divide by the largest variance so far (Reddi et al., 2018)")
    sma_threshold: float = field(default=5.0, help="Length of the average below which rectified steps don't adapt")
    total_steps: int = field(default=0, help="Updates over which the rate warms up and decays; 0: the schedule's rate")
    warmup_proportion: float = field(default=0.1, help="Fraction of total_steps for the warm-up")
    min_lr: float = field(basic=False, default=0.0, help="Rate after total_steps")

    def cls(self) -> type[AdaBelief]:
        """Return the optimizer's class."""
        from tfaip.trainer.optimizers.adabelief_optimizer import AdaBelief

        return AdaBelief
