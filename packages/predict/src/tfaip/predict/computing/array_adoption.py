"""Handing arrays to TensorFlow without copying them, where that is possible."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

__all__ = ["as_tensors"]

_ALIGNMENT = 64
"""Bytes: the alignment that TensorFlow's kernels expect. The pipeline lays batches out like that."""

_ADOPTABLE = "iuf"
"""Kinds of dtypes that DLPack and TensorFlow both know."""


def as_tensors(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return tensors of the arrays (or tensors) by name; those of large aligned arrays share their memory."""
    import tensorflow as tf

    return {
        name: tf.experimental.dlpack.from_dlpack(array.__dlpack__())
        if isinstance(array, np.ndarray) and _is_adoptable(array)
        else tf.convert_to_tensor(array)
        for name, array in arrays.items()
    }


def _is_adoptable(array: np.ndarray) -> bool:
    return (
        array.dtype.kind in _ADOPTABLE
        and array.dtype.isnative
        and array.size > 0
        and array.flags.c_contiguous
        and array.flags.writeable  # NumPy exports no other through DLPack
        and array.__array_interface__["data"][0] % _ALIGNMENT == 0
    )
