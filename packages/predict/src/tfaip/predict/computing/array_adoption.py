"""Handing arrays to a model, and its outputs back; TensorFlow gets them without a copy where that is possible."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tfaip.model.onnx.prediction import OnnxFunction
from tfaip.predict.errors import require

__all__ = ["as_arrays", "as_tensors", "run_on_arrays"]

_ALIGNMENT = 64
"""Bytes: the alignment that TensorFlow's kernels expect. The pipeline lays batches out like that."""

_ADOPTABLE = "iuf"
"""Kinds of dtypes that DLPack and TensorFlow both know."""


def as_tensors(arrays: Mapping[str, Any]) -> dict[str, Any]:
    """Return tensors of the arrays (or tensors) by name. Tensors of large aligned arrays share their memory."""
    import tensorflow as tf

    return {
        name: tf.experimental.dlpack.from_dlpack(array.__dlpack__())
        if isinstance(array, np.ndarray) and _is_adoptable(array)
        else tf.convert_to_tensor(array)
        for name, array in arrays.items()
    }


def as_arrays(tensors: Mapping[str, Any]) -> dict[str, np.ndarray]:
    """Return arrays of the tensors (or arrays) by name, which share their memory on a CPU."""
    return {name: tensor if isinstance(tensor, np.ndarray) else tensor.numpy() for name, tensor in tensors.items()}


def run_on_arrays(
    functions: Iterable[Callable[[Mapping[str, Any]], Mapping[str, Any]]], arrays: Mapping[str, Any]
) -> list[dict[str, np.ndarray]]:
    """Return the outputs of each function for one batch; those of TensorFlow share its tensors."""
    tensors: dict[str, Any] | None = None
    outputs = []
    for function in functions:
        if isinstance(function, OnnxFunction):
            outputs.append(function(arrays))
            continue
        if tensors is None:
            tensors = as_tensors(arrays)
        made = function(tensors)
        require("a prediction", made, Mapping, "a function that returns outputs by name", "return {NAME: TENSOR}")
        outputs.append(as_arrays(made))
    return outputs


def _is_adoptable(array: np.ndarray) -> bool:
    return (
        array.dtype.kind in _ADOPTABLE
        and array.dtype.isnative
        and array.size > 0
        and array.flags.c_contiguous
        and array.flags.writeable  # NumPy exports no other through DLPack
        and array.__array_interface__["data"][0] % _ALIGNMENT == 0
    )
