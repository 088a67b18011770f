"""Writes the ONNX model of a function once it is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.onnx.conditions import HALF_TOLERANCE, TOLERANCE
from tfaip.model.onnx.conversion import to_onnx
from tfaip.model.onnx.graph_ends import types
from tfaip.model.onnx.prediction import OnnxFunction
from tfaip.model.onnx.verification import Comparison, largest_differences
from tfaip.model.runtime.libraries import tf

__all__ = ["verified_onnx", "write_onnx"]


def verified_onnx(
    function: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    specs: Mapping[str, tf.TensorSpec],
    batches: Iterable[Mapping[str, np.ndarray]],
    *,
    tolerance: float | None = None,
) -> tuple[bytes, Comparison]:
    """Return the ONNX model of a function, and how far its outputs differ.

    Args:
        function: From batches of inputs by name, arrays or tensors, to outputs by name.
        specs: Spec of each input, with batch axis.
        batches: Inputs by name, on which both run; each batch is run as a whole, and its first sample alone.
        tolerance: The largest difference of outputs that is taken; default: that of the precision in which the function
            computes, see `conditions`.

    Raises:
        BundleError: The graph can't be converted, or the outputs differ.
    """
    content = to_onnx(function, specs)
    converted = OnnxFunction(content, "the ONNX model")
    whole = [{name: np.asarray(batch[name]) for name in specs} for batch in batches]
    first = [{name: array[:1] for name, array in batch.items()} for batch in whole]
    if tolerance is None:
        tolerance = HALF_TOLERANCE if _computes_in_half(content) else TOLERANCE
    differences = largest_differences(function, converted, [*whole, *first], tolerance=tolerance)
    return content, Comparison(differences, tolerance)


def write_onnx(
    path: Path,
    function: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    specs: Mapping[str, tf.TensorSpec],
    batches: Iterable[Mapping[str, np.ndarray]],
) -> Comparison:
    """Write the ONNX model of a function to a file once it is verified, and return how far its outputs differ.

    Args:
        path: The file.
        function: See `verified_onnx`.
        specs: See `verified_onnx`.
        batches: See `verified_onnx`.

    Raises:
        BundleError: The graph can't be converted, or the outputs differ; nothing is written then.
    """
    content, found = verified_onnx(function, specs, batches)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return found


def _computes_in_half(content: bytes) -> bool:
    import onnx

    return onnx.TensorProto.FLOAT16 in types(onnx.load_from_string(content).graph)
