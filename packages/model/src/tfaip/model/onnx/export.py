"""Writes the ONNX model of a function once it is verified."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.model.onnx.conditions import TOLERANCE
from tfaip.model.onnx.conversion import to_onnx
from tfaip.model.onnx.prediction import OnnxFunction
from tfaip.model.onnx.verification import largest_differences
from tfaip.model.runtime.libraries import tf

__all__ = ["write_onnx"]


def write_onnx(
    path: Path,
    function: Callable[[Mapping[str, Any]], Mapping[str, Any]],
    specs: Mapping[str, tf.TensorSpec],
    batches: Iterable[Mapping[str, np.ndarray]],
    *,
    tolerance: float = TOLERANCE,
) -> dict[str, float]:
    """Write the ONNX model of a function, and return the largest difference of each output.

    Args:
        path: The file.
        function: From batches of inputs by name, arrays or tensors, to outputs by name.
        specs: Spec of each input, with batch axis.
        batches: Inputs by name, on which both run; each batch is run as a whole, and its first sample alone.
        tolerance: The largest difference of outputs that is taken.

    Raises:
        BundleError: The graph can't be converted, or the outputs differ; nothing is written then.
    """
    content = to_onnx(function, specs)
    converted = OnnxFunction(content, "the ONNX model")
    whole = [{name: np.asarray(batch[name]) for name in specs} for batch in batches]
    first = [{name: array[:1] for name, array in batch.items()} for batch in whole]
    differences = largest_differences(function, converted, [*whole, *first], tolerance=tolerance)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(content)
    return differences
