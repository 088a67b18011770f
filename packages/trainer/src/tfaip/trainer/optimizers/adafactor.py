"""Parameters of Adafactor."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

if TYPE_CHECKING:
    import keras

__all__ = ["AdafactorParams"]


@params(name="Adafactor")
class AdafactorParams(OptimizerParams):
    """Adafactor: second moments of matrices kept as rows and columns, to save memory (Shazeer and Stern, 2018)."""

    beta_2_decay: float = field(default=-0.8, help="Exponent of the step in the decay of the second moment")
    epsilon_1: float = field(default=1e-30, help="Constant added to the square of the gradient")
    epsilon_2: float = field(default=1e-3, help="Smallest scale of a variable, by which its step is multiplied")
    clip_threshold: float = field(default=1.0, help="Root mean square to which updates are clipped")
    relative_step: bool = field(basic=False, default=True, help="Let the rate not exceed 1 / sqrt(step)")

    def cls(self) -> type[keras.optimizers.Adafactor]:
        """Return the optimizer's class."""
        import keras

        return keras.optimizers.Adafactor
