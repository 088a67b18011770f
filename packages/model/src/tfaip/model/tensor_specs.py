"""From the specs of one sample's arrays to the specs of a batch's tensors."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

import tensorflow as tf

if TYPE_CHECKING:
    from tfaip.pipeline import ArraySpec

__all__ = ["tensor_specs"]


def tensor_specs(specs: Mapping[str, ArraySpec]) -> dict[str, tf.TensorSpec]:
    """Add the batch axis, of any size, to each spec."""
    return {
        name: tf.TensorSpec((None, *spec.shape), tf.dtypes.as_dtype(spec.dtype), name=name)
        for name, spec in specs.items()
    }
