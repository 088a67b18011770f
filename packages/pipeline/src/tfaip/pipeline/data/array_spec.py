"""`ArraySpec`: shape and dtype of an array, without the batch axis."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import DTypeLike

from tfaip.pipeline.errors import DefinitionError

__all__ = ["ArraySpec", "as_array_spec", "as_array_specs"]


@dataclass(frozen=True, init=False)
class ArraySpec:
    """Shape and dtype of the arrays of one key, the batch axis excluded.

    Attributes:
        shape: One entry per axis; None where the length varies from sample to sample, which is then padded.
        dtype: A NumPy dtype. Texts (`str`, `bytes` or any fixed-width form of them) have the dtype `object`.
        name: Optional; for messages only.
    """

    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]
    name: str | None

    def __init__(self, shape: Sequence[int | None], dtype: DTypeLike, name: str | None = None) -> None:
        as_dtype = np.dtype(dtype)
        object.__setattr__(self, "shape", tuple(None if n is None else int(n) for n in shape))
        object.__setattr__(self, "dtype", np.dtype(object) if as_dtype.kind in "US" else as_dtype)
        object.__setattr__(self, "name", name)

    @property
    def is_text(self) -> bool:
        """Whether the arrays hold texts, which can't live in shared memory and become `tf.string`."""
        return self.dtype.kind == "O"

    @property
    def is_static(self) -> bool:
        """Whether all samples have one shape."""
        return None not in self.shape

    def __str__(self) -> str:
        return f"{self.dtype.name}{list(self.shape)}"


def as_array_spec(spec: Any, where: str) -> ArraySpec:
    """An `ArraySpec` of whatever has a shape and a dtype, such as `tf.TensorSpec` (which is not imported for it).

    Raises:
        DefinitionError: No shape or dtype, unknown rank, rank 0, or a negative length.
    """
    if isinstance(spec, ArraySpec):
        made = spec
    elif hasattr(spec, "shape") and hasattr(spec, "dtype"):
        try:
            # Iterating a tf.TensorShape of unknown rank raises ValueError.
            shape = tuple(spec.shape)
            made = ArraySpec(shape, getattr(spec.dtype, "as_numpy_dtype", spec.dtype), getattr(spec, "name", None))
        except (TypeError, ValueError) as error:
            raise DefinitionError(f"{where} must have a known rank and a NumPy dtype, got {spec!r}: {error}") from error
    else:
        raise DefinitionError(f"{where} must be an ArraySpec or a tf.TensorSpec, got {spec!r}")
    if not made.shape:
        raise DefinitionError(
            f"{where} must have at least one axis beside the batch axis, got shape []: declare a scalar as shape [1]"
        )
    if any(n is not None and n < 0 for n in made.shape):
        raise DefinitionError(f"{where} must not have negative lengths, got shape {list(made.shape)}: write None")
    return made


def as_array_specs(specs: Mapping[str, Any], where: str) -> dict[str, ArraySpec]:
    """The specs of all keys; `where` names the hook that they come from.

    Raises:
        DefinitionError: It is no mapping, a key is no name, or one of them can't be (see `as_array_spec`).
    """
    if not isinstance(specs, Mapping):
        raise DefinitionError(f"{where} must be a dict of specs, got {specs!r}")
    for key in specs:
        if not isinstance(key, str) or not key:
            raise DefinitionError(f"the keys of {where} must be names, got {key!r}: name it by a text")
    return {key: as_array_spec(spec, f"{where}[{key!r}]") for key, spec in specs.items()}
