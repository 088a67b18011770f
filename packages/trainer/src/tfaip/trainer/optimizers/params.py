"""Parameters of optimizers: one class each, with the parameters that it has and no others."""

from __future__ import annotations

from abc import ABC, abstractmethod
from typing import Any

from tfaip.params import ParamsError, field, params

__all__ = ["AdamParams", "OptimizerParams", "RMSpropParams", "SGDParams"]


@params
class OptimizerParams(ABC):
    """Base of the optimizers' parameters: the clipping of gradients, at most one kind of it."""

    clip_norm: float | None = field(default=None, help="Clip each gradient to this L2 norm")
    clip_value: float | None = field(default=None, help="Clip each element of a gradient to this absolute value")
    clip_global_norm: float | None = field(default=None, help="Clip all gradients together to this L2 norm")

    @abstractmethod
    def create(self) -> Any:
        """Return the `keras.optimizers.Optimizer`; the trainer sets its learning rate at each step."""

    def _clipping(self) -> dict[str, float | None]:
        """Keyword arguments of Keras' optimizers.

        Raises:
            ParamsError: Gradients would be clipped in two ways.
        """
        kinds = ("clip_norm", "clip_value", "clip_global_norm")
        chosen = [f"{kind}={value}" for kind in kinds if (value := getattr(self, kind)) is not None]
        if len(chosen) > 1:
            raise ParamsError(f"optimizer: at most one of {', '.join(kinds)} may be set, got {' and '.join(chosen)}")
        return {
            "clipnorm": self.clip_norm,
            "clipvalue": self.clip_value,
            "global_clipnorm": self.clip_global_norm,
        }


@params(name="Adam")
class AdamParams(OptimizerParams):
    """Adam: steps scaled by estimates of the gradient's first two moments (Kingma and Ba, 2015)."""

    beta_1: float = field(default=0.9, aliases=("beta1",), help="Decay of the first moment's estimate")
    beta_2: float = field(default=0.999, aliases=("beta2",), help="Decay of the second moment's estimate")
    epsilon: float = field(default=1e-7, help="Added to the denominator, against division by zero")

    def create(self) -> Any:
        """Return Keras' Adam."""
        import keras

        return keras.optimizers.Adam(beta_1=self.beta_1, beta_2=self.beta_2, epsilon=self.epsilon, **self._clipping())


@params(name="SGD")
class SGDParams(OptimizerParams):
    """Stochastic gradient descent, with momentum where wanted."""

    momentum: float = field(default=0.0, help="Share of the last step that is made again")
    nesterov: bool = field(default=False, help="Take the gradient ahead of the momentum (Nesterov)")

    def create(self) -> Any:
        """Return Keras' SGD."""
        import keras

        return keras.optimizers.SGD(momentum=self.momentum, nesterov=self.nesterov, **self._clipping())


@params(name="RMSprop")
class RMSpropParams(OptimizerParams):
    """RMSprop: steps divided by a running mean of the gradient's magnitude (Hinton, 2012)."""

    rho: float = field(default=0.9, aliases=("beta1",), help="Discount of the running mean")
    momentum: float = field(default=0.0, help="Share of the last step that is made again")
    epsilon: float = field(default=1e-7, help="Added to the denominator, against division by zero")
    centered: bool = field(default=False, help="Normalise by the estimated variance of the gradient")

    def create(self) -> Any:
        """Return Keras' RMSprop."""
        import keras

        return keras.optimizers.RMSprop(
            rho=self.rho, momentum=self.momentum, epsilon=self.epsilon, centered=self.centered, **self._clipping()
        )
