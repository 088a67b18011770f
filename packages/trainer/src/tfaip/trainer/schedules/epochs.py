"""How a schedule counts epochs."""

from __future__ import annotations

from typing import Any

import keras

from tfaip.trainer.schedules.params import LearningRateParams

__all__ = ["counted_epochs"]


def counted_epochs(params: LearningRateParams, epoch: Any) -> Any:
    """Return max(0, epoch - offset), with whole epochs where the schedule is a step function.

    Args:
        params: Offset, and whether to count whole epochs.
        epoch: Place in the training in epochs of data, a float32 scalar.
    """
    whole = keras.ops.floor(epoch) if params.step_function else epoch
    return keras.ops.maximum(whole - params.offset_epochs, 0.0)
