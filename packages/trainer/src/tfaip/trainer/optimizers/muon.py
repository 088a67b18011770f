"""Parameters of Muon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["MuonParams"]


@params(name="Muon")
class MuonParams(OptimizerParams):
    """Muon: orthogonalised momentum for matrices, Adam for the rest (Jordan et al., 2024)."""

    weight_decay: float | None = field(
        default=0.004, help="Fraction of the matrices removed per update, times the learning rate"
    )
    momentum: float = field(default=0.95, help="Decay of the momentum of matrices")
    nesterov: bool = field(default=True, help="Use Nesterov momentum")
    ns_steps: int = field(default=5, help="Newton-Schulz iterations, by which the momentum is orthogonalised")
    rms_rate: float | None = field(default=0.2, help="Root mean square to which updates are scaled; none: not scaled")
    exclude_layers: list[str] = field(factory=list, help="Regular expressions; layers whose path has one use Adam")
    exclude_embeddings: bool = field(default=True, help="Use Adam for embeddings")
    adam_lr_ratio: float = field(default=1.0, help="Learning rate of Adam's part, as a multiple of the matrices'")
    adam_beta_1: float = field(default=0.9, aliases=("beta1",), help="Adam's part: decay of the first moment")
    adam_beta_2: float = field(default=0.999, aliases=("beta2",), help="Adam's part: decay of the second moment")
    adam_weight_decay: float | None = field(default=0.004, help="Adam's part: weight decay")
    epsilon: float = field(default=1e-7, help="Adam's part: constant added to the denominator")

    def cls(self) -> type[keras.optimizers.Muon]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.Muon
