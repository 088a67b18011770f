"""The exponential schedule."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.trainer.schedules.epochs import counted_epochs
from tfaip.trainer.schedules.params import ExponentialDecayParams

__all__ = ["ExponentialDecay"]


class ExponentialDecay:
    """max(lr * min_fraction, lr * rate ^ floor(e / circle)), with e the counted epochs."""

    def __init__(self, params: ExponentialDecayParams) -> None:
        self.params = params

    def __call__(self, epoch: Any) -> Any:
        """Return the rate at `epoch`, a float32 scalar."""
        params = self.params
        circles = keras.ops.floor(counted_epochs(params, epoch) / params.learning_circle)
        fraction = keras.ops.power(keras.ops.cast(params.lr_decay_rate, "float32"), circles)
        return params.lr * keras.ops.maximum(fraction, params.lr_min_fraction)
