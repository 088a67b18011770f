"""Parameters of AdamW."""

from __future__ import annotations

from tfaip.params import field, params
from tfaip.trainer.optimizers.adam import AdamParams

__all__ = ["AdamWParams"]


@params(name="AdamW")
class AdamWParams(AdamParams):
    """AdamW: Adam with decoupled weight decay (Loshchilov and Hutter, 2019), which here only means that it is on."""

    weight_decay: float | None = field(
        basic=True, default=0.004, help="Fraction of the weights removed per update, times the learning rate"
    )
