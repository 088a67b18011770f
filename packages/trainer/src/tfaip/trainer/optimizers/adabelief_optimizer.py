"""AdaBelief, which Keras lacks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras
from keras import ops

__all__ = ["AdaBelief"]


class AdaBelief(keras.optimizers.Optimizer):
    """AdaBelief (Zhuang et al., "Adapting Stepsizes by the Belief in Observed Gradients", NeurIPS 2020, algorithm 2).

    With g the gradient at update t, counted from 1:

        m = b1 * m + (1 - b1) * g
        s = b2 * s + (1 - b2) * (g - m)^2 + eps
        w = w - rate * m / (1 - b1^t) / (sqrt(s / (1 - b2^t)) + eps)

    With `amsgrad`, the largest s so far stands for s in the last line. With `rectify`, the step is multiplied by

        r = sqrt((n - 4) / (n0 - 4) * (n - 2) / (n0 - 2) * n0 / n)
        n0 = 2 / (1 - b2) - 1,  n = n0 - 2 t b2^t / (1 - b2^t)

    and as long as n < `sma_threshold` it is rate * m / (1 - b1^t) (Liu et al., "On the Variance of the Adaptive
    Learning Rate and Beyond", ICLR 2020). With `total_steps`, the rate grows from 0 over `warmup_proportion` of them
    and then falls to `min_lr`, both in a straight line.
    """

    def __init__(
        self,
        learning_rate: float = 0.001,
        beta_1: float = 0.9,
        beta_2: float = 0.999,
        epsilon: float = 1e-14,
        rectify: bool = True,
        amsgrad: bool = False,
        sma_threshold: float = 5.0,
        total_steps: int = 0,
        warmup_proportion: float = 0.1,
        min_lr: float = 0.0,
        name: str = "adabelief",
        **kwargs: Any,
    ) -> None:
        super().__init__(learning_rate=learning_rate, name=name, **kwargs)
        self.beta_1 = beta_1
        self.beta_2 = beta_2
        self.epsilon = epsilon
        self.rectify = rectify
        self.amsgrad = amsgrad
        self.sma_threshold = sma_threshold
        self.total_steps = total_steps
        self.warmup_proportion = warmup_proportion
        self.min_lr = min_lr

    def build(self, variables: Sequence[Any]) -> None:
        """Make the moments of each variable."""
        if self.built:
            return
        super().build(variables)
        self._momentums, self._variances = self.add_optimizer_variables(variables, ["momentum", "variance"])
        if self.amsgrad:
            self._largest_variances = self.add_optimizer_variables(variables, "largest_variance")

    def update_step(self, gradient: Any, variable: Any, learning_rate: Any) -> None:
        """Change one variable by its gradient."""
        dtype = variable.dtype
        index = self._get_variable_index(variable)
        gradient = ops.cast(gradient, dtype)
        t = ops.cast(self.iterations + 1, dtype)
        power_1 = ops.power(ops.cast(self.beta_1, dtype), t)
        power_2 = ops.power(ops.cast(self.beta_2, dtype), t)
        rate = self._rate(ops.cast(learning_rate, dtype), t)

        m, s = self._momentums[index], self._variances[index]
        self.assign(m, self.beta_1 * m + (1 - self.beta_1) * gradient)
        self.assign(s, self.beta_2 * s + (1 - self.beta_2) * ops.square(gradient - m) + self.epsilon)
        if self.amsgrad:
            largest = self._largest_variances[index]
            self.assign(largest, ops.maximum(largest, s))
            s = largest
        unscaled = m / (1 - power_1)
        step = unscaled / (ops.sqrt(s / (1 - power_2)) + self.epsilon)
        if self.rectify:
            longest = 2 / (1 - self.beta_2) - 1
            length = longest - 2 * t * power_2 / (1 - power_2)
            # Below the threshold the root may be of a negative number, which would be nan.
            safe = ops.maximum(length, self.sma_threshold)
            factor = ops.sqrt(
                (safe - 4) / (longest - 4) * ((safe - 2) / (longest - 2)) * (longest / safe),
            )
            step = ops.where(length >= self.sma_threshold, factor * step, unscaled)
        self.assign_sub(variable, rate * step)

    def _rate(self, rate: Any, t: Any) -> Any:
        if not self.total_steps:
            return rate
        warmup = max(self.total_steps * self.warmup_proportion, 1.0)
        decay = max(self.total_steps - warmup, 1.0)
        falling = rate + (self.min_lr - rate) * ops.clip((t - warmup) / decay, 0.0, 1.0)
        return ops.where(t <= warmup, rate * t / warmup, falling)

    def get_config(self) -> dict[str, Any]:
        """Return the arguments."""
        names = ("beta_1", "beta_2", "epsilon", "rectify", "amsgrad", "sma_threshold", "total_steps")
        own = {name: getattr(self, name) for name in (*names, "warmup_proportion", "min_lr")}
        return {**super().get_config(), **own}
