"""Compares the outputs of an ONNX model with those of the function that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.model.bundle.errors import BundleError
from tfaip.model.onnx.prediction import message_of

__all__ = ["Comparison", "difference", "largest_differences"]

Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]


@dataclass(frozen=True)
class Comparison:
    """The outputs of an ONNX model, compared with those of the function that it was made of.

    Attributes:
        differences: The largest difference of each output, by name; empty where there were no samples.
        tolerance: The largest difference that was taken.
    """

    differences: Mapping[str, float]
    tolerance: float


def largest_differences(
    expected: Function, converted: Function, batches: Iterable[Mapping[str, np.ndarray]], *, tolerance: float
) -> dict[str, float]:
    """Return the largest difference of each output, by name.

    Args:
        expected: The function, from inputs to outputs by name.
        converted: Its ONNX model.
        batches: Inputs by name.
        tolerance: The largest difference that is taken.

    Raises:
        BundleError: A difference is larger, outputs differ in name, shape or dtype, or one of both can't run.
    """
    largest: dict[str, float] = {}
    for batch in batches:
        wanted, got = _outputs("TensorFlow", expected, batch), _outputs("onnxruntime", converted, batch)
        if wanted.keys() != got.keys():
            raise BundleError(
                f"the ONNX model must have the outputs {', '.join(sorted(wanted))}, got {', '.join(sorted(got))}"
            )
        for name in sorted(wanted):
            if wanted[name].shape != got[name].shape:
                raise BundleError(
                    f"the output {name} of the ONNX model must have the shape {list(wanted[name].shape)}, "
                    f"got {list(got[name].shape)}"
                )
            if (wanted[name].dtype.kind, got[name].dtype.kind) != ("O", "O") and wanted[name].dtype != got[name].dtype:
                raise BundleError(
                    f"the output {name} of the ONNX model must be {wanted[name].dtype}, got {got[name].dtype}"
                )
            largest[name] = max(largest.get(name, 0.0), difference(wanted[name], got[name]))
    if too_large := [f"{name} by {value:.3g}" for name, value in largest.items() if not value <= tolerance]:
        raise BundleError(
            f"the outputs of the ONNX model must be within {tolerance:g} of those of the SavedModel, but they differ: "
            f"{', '.join(too_large)}. Nothing was written; "
            "tfaip-export BUNDLE --format onnx --tolerance NUMBER takes more"
        )
    return largest


def _outputs(runtime: str, function: Function, batch: Mapping[str, np.ndarray]) -> dict[str, np.ndarray]:
    try:
        return {name: np.asarray(array) for name, array in function(batch).items()}
    except Exception as error:  # neither library gives its errors a public base
        shapes = ", ".join(f"{name} {list(array.shape)}" for name, array in batch.items())
        reason = error.__cause__ if isinstance(error, BundleError) and error.__cause__ else error
        raise BundleError(f"{runtime} can't run the model on the samples ({shapes}): {message_of(reason)}") from error


def difference(wanted: np.ndarray, got: np.ndarray) -> float:
    """Return how far an output is from the expected one.

    Of numbers with a fraction it is the largest difference, relative to the largest expected value of the same sample
    where that is over 1: rounding grows with the values that are added up. Of whole numbers, truth values and text it
    is the fraction of elements that differ. A NaN or an infinity must be the same in both: otherwise it is infinite.

    Args:
        wanted: Expected output, of shape (batch, ...).
        got: Output of the same shape.
    """
    if wanted.size == 0:
        return 0.0
    if wanted.dtype.kind not in "fc":
        if wanted.dtype.kind in "biu":
            return float(np.mean(wanted != got))
        return float(np.mean([_text(one) != _text(other) for one, other in zip(wanted.flat, got.flat, strict=True)]))
    kind = np.complex128 if wanted.dtype.kind == "c" else np.float64
    one, other = (array.astype(kind).reshape(len(array) if array.ndim else 1, -1) for array in (wanted, got))
    finite = np.isfinite(one) & np.isfinite(other)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    if not np.all(finite | same):
        return float("inf")
    scale = np.max(np.abs(one), axis=1, keepdims=True, initial=1.0, where=finite)
    differences = np.abs(np.subtract(one, other, where=finite, out=np.zeros_like(one)))
    return float(np.max(differences / scale))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
