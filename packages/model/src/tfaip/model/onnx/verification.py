"""Compares the outputs of an ONNX model with those of the function that it was made of."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import Any

import numpy as np

from tfaip.model.bundle.errors import BundleError

__all__ = ["largest_differences"]

Function = Callable[[Mapping[str, Any]], Mapping[str, Any]]


def largest_differences(
    expected: Function, converted: Function, batches: Iterable[Mapping[str, np.ndarray]], *, tolerance: float
) -> dict[str, float]:
    """Return the largest difference of each output, by name; of text 0 where it is equal, infinity where it isn't.

    Args:
        expected: The function, from inputs to outputs by name.
        converted: Its ONNX model.
        batches: Inputs by name.
        tolerance: The largest difference that is taken.

    Raises:
        BundleError: A difference is larger, or outputs differ in name or shape.
    """
    largest: dict[str, float] = {}
    for batch in batches:
        wanted, got = ({name: np.asarray(array) for name, array in run(batch).items()} for run in (expected, converted))
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
            largest[name] = max(largest.get(name, 0.0), _difference(wanted[name], got[name]))
    if too_large := [f"{name} by {value:.3g}" for name, value in largest.items() if not value <= tolerance]:
        raise BundleError(
            f"the outputs of the ONNX model must be within {tolerance:g} of those of the SavedModel, but they differ: "
            f"{', '.join(too_large)}. Nothing was written; a larger tolerance takes them as they are"
        )
    return largest


def _difference(wanted: np.ndarray, got: np.ndarray) -> float:
    if wanted.dtype.kind not in "biufc":
        return 0.0 if [_text(value) for value in wanted.flat] == [_text(value) for value in got.flat] else np.inf
    with np.errstate(invalid="ignore"):
        one, other = wanted.astype(np.float64), got.astype(np.float64)
        difference = np.abs(one - other) / np.maximum(np.abs(one), 1)
    same = (one == other) | (np.isnan(one) & np.isnan(other))
    return float(np.max(np.where(same, 0.0, np.nan_to_num(difference, nan=np.inf)), initial=0.0))


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)
