"""Mixed precision: the scaling of the loss."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import keras

__all__ = ["scale_loss_in_half_precision"]


def scale_loss_in_half_precision(optimizer: Any, variables: Sequence[Any]) -> Any:
    """Wrap `optimizer`, built on `variables`, so that it scales the loss, if layers compute in float16.

    Gradients that are too small for float16 would be zero otherwise; bfloat16 has float32's range and needs nothing.
    """
    if keras.config.dtype_policy().compute_dtype == "float16":
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
        optimizer.build(list(variables))
    return optimizer
