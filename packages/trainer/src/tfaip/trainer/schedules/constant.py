"""The constant schedule."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.trainer.schedules.params import ConstantParams

__all__ = ["Constant"]


class Constant:
    """The same learning rate throughout."""

    def __init__(self, params: ConstantParams) -> None:
        self.params = params

    def __call__(self, epoch: Any) -> Any:
        """Return the rate."""
        return keras.ops.full_like(epoch, self.params.lr)
