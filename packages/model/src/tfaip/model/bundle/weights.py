"""Weights by the path of their variable, in HDF5.

Keras' own layout goes by attribute names and positions, which says nothing to somebody who matches weights by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tfaip.model.bundle.array_file import ArrayFile
from tfaip.model.runtime.backend import require_own_paths

__all__ = ["read_weights", "require_own_paths", "write_weights"]


def write_weights(path: Path, variables: Sequence[Any]) -> None:
    """Write one dataset per variable, under its `Variable.path`.

    Raises:
        ValueError: Two variables have one path.
    """
    require_own_paths(variables)
    with h5py.File(path, "w") as file:
        for variable in variables:
            file.create_dataset(variable.path, data=np.asarray(variable.numpy()))


def read_weights(
    path: Path, *, shapes: Mapping[str, tuple[int, ...]] | None = None, limit: int | None = None
) -> dict[str, np.ndarray]:
    """Return all weights by variable path.

    Args:
        path: The file.
        shapes: Shapes that weights must have, by path; others may have any.
        limit: Number of bytes that the weights may take in memory; default: as many as the file has.

    Raises:
        ArrayFileError: The file can't be read, holds something else than plain arrays, or a weight has another shape;
            no weight is read before all shapes have been compared.
    """
    with ArrayFile(path) as file:
        return file.read(file.arrays, shapes=shapes, limit=limit)
