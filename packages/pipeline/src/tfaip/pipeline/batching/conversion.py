"""From what a sample holds to the array that a spec declares, by conversions that keep the values."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np

from tfaip.pipeline.data.array_spec import ArraySpec
from tfaip.pipeline.errors import DataError, SpecError

__all__ = ["Conversion"]


@dataclass(frozen=True, slots=True)
class Conversion:
    """Makes arrays of a spec.

    Users mean a rounding to a shorter float. Any other change of a value is an error.

    Args:
        spec: Shape and dtype that the arrays must have.
        key: Where the values stand, for messages: `inputs['x']`.
        hook: The hook that declares the spec, for messages.
    """

    spec: ArraySpec
    key: str
    hook: str

    def __call__(self, value: Any) -> np.ndarray:
        """Return a value as the array that the spec declares.

        Raises:
            SpecError: The value is no array, or one of another kind or shape.
            DataError: The array has masked values, or values that the dtype can't hold.
        """
        is_array = isinstance(value, np.ndarray)
        array = value if is_array else self._from_python(value)
        if isinstance(array, np.ma.MaskedArray):
            array = self._unmasked(array)
        if self.spec.is_text and array.dtype != self.spec.dtype:
            array = array.astype(object)
        if array.dtype != self.spec.dtype:
            array = self._converted(array, is_from_python=not is_array)
        self._require_shape(array)
        return array

    def _from_python(self, value: Any) -> np.ndarray:
        try:
            array = np.asarray(value)
            kind = array.dtype.kind
            if kind == "O" and self.spec.dtype.kind in "iu":
                return np.asarray(value, self.spec.dtype)  # an integer that no dtype holds: OverflowError
            if kind in "SU" and self.spec.is_text:
                return np.asarray(value, object)  # NumPy's own texts lose zeros at their end
        except OverflowError as error:
            raise DataError(self._must(f"{type(value).__name__}: {error}")) from error
        except (TypeError, ValueError) as error:
            raise SpecError(
                f"{self.key} must be an array of {self.spec}, got {type(value).__name__}: {error}"
            ) from error
        if _holds_masked(value, may_be_constant=kind == "f" and bool(np.isnan(array).any())):
            raise self._masked(array, "some")
        return array

    def _unmasked(self, array: Any) -> np.ndarray:
        if np.ma.is_masked(array):
            raise self._masked(array, "some" if array.dtype.names else int(np.ma.getmaskarray(array).sum()))
        return np.asarray(array)

    def _masked(self, array: np.ndarray, count: int | str) -> DataError:
        why = "a batch has no masks: fill them in a processor, or give the mask a key of its own"
        return DataError(self._differs(array, f"{count} of its values are masked; {why}"))

    def _converted(self, array: np.ndarray, *, is_from_python: bool) -> np.ndarray:
        wanted = self.spec.dtype
        casting = _casting(array.dtype, wanted)
        are_integers = array.dtype.kind in "iu" and wanted.kind in "iu"
        # 3 has no dtype of its own: it counts whether it fits.
        if casting is None and not (is_from_python and are_integers):
            # Users mean uint8 -> float32 and float64 -> float32, and never float -> int.
            raise SpecError(self._differs(array, "the dtypes are of different kinds: convert it in a processor"))
        if casting == "safe":
            return array.astype(wanted)
        if wanted.kind in "fc":
            try:
                with np.errstate(over="raise"):
                    return array.astype(wanted)
            except FloatingPointError:
                why = f"values beyond {np.finfo(wanted).max} become infinite: scale them in a processor"
                raise DataError(self._differs(array, why)) from None
        with np.errstate(over="ignore"):
            converted = array.astype(wanted)
        # The floats that are not NumPy's own, such as bfloat16, tell nothing of an overflow.
        if wanted.kind == "V" and wanted.type is not np.void and (np.isfinite(array) & ~np.isfinite(converted)).any():
            why = f"values beyond the range of {wanted} become infinite or NaN: scale them in a processor"
            raise DataError(self._differs(array, why))
        if are_integers and (array != converted).any():
            limits = np.iinfo(wanted)
            why = f"values must be from {limits.min} to {limits.max}, these are from {array.min()} to {array.max()}"
            raise DataError(self._differs(array, why))
        if wanted.kind in "mM" and not np.array_equal(array, converted, equal_nan=True):
            raise DataError(self._differs(array, "the times are finer than its unit"))
        return converted

    def _require_shape(self, array: np.ndarray) -> None:
        shape, declared = array.shape, self.spec.shape
        if len(shape) != len(declared):
            hint = "a scalar is an array of shape [1]" if not shape else "the batch axis is not part of it"
            raise SpecError(self._differs(array, f"the number of axes differs ({hint})"))
        for axis, (length, expected) in enumerate(zip(shape, declared, strict=True)):
            if expected is not None and length != expected:
                raise SpecError(self._differs(array, f"axis {axis} has the length {length} instead of {expected}"))

    def _differs(self, array: np.ndarray, why: str) -> str:
        return self._must(f"{array.dtype.name}{list(array.shape)}: {why}")

    def _must(self, received: str) -> str:
        return f"{self.key} must be {self.spec} according to {self.hook}, got {received}"


@lru_cache(256)
def _casting(given: np.dtype[Any], wanted: np.dtype[Any]) -> str | None:
    """How strict a cast from one dtype to another can be; None if their kinds differ."""
    if np.can_cast(given, wanted, "safe"):
        return "safe"
    return "same_kind" if np.can_cast(given, wanted, "same_kind") else None


def _holds_masked(value: Any, *, may_be_constant: bool) -> bool:
    """Whether a list holds masked values. NumPy takes those of masked arrays, and makes NaN of the masked constant."""
    if isinstance(value, np.ma.MaskedArray):
        return bool(np.ma.is_masked(value))
    if not isinstance(value, Sequence) or isinstance(value, str | bytes) or not value:
        return False
    # Long lists of numbers are not searched for values out of range.
    if not may_be_constant and not isinstance(value[0], np.ndarray | Sequence):
        return False
    return any(_holds_masked(part, may_be_constant=may_be_constant) for part in value)
