"""Parameters of Adafactor."""

from __future__ import annotations

from typing import Any

from tfaip.params import field, params
from tfaip.trainer.optimizers.base import OptimizerParams

__all__ = ["AdafactorParams"]


@params(name="Adafactor")
class AdafactorParams(OptimizerParams):
    """Adafactor: second moments of matrices kept as rows and columns, to save memory (Shazeer and Stern, 2018)."""

    beta_2_decay: float = field(default=-0.8, help="Exponent of the step in the decay of the second moment")
    epsilon_1: float = field(default=1e-30, help="Added to the square of the gradient")
    epsilon_2: float = field(default=1e-3, help="Smallest scale of a variable, by which its step is multiplied")
    clip_threshold: float = field(default=1.0, help="Root mean square to which updates are clipped")
    relative_step: bool = field(default=True, help="Let the rate not exceed 1 / sqrt(step)")

    def _create(self, common: dict[str, Any]) -> Any:
        import keras

        return keras.optimizers.Adafactor(
            beta_2_decay=self.beta_2_decay,
            epsilon_1=self.epsilon_1,
            epsilon_2=self.epsilon_2,
            clip_threshold=self.clip_threshold,
            relative_step=self.relative_step,
            **common,
        )
