"""Weights by the path of their variable, in HDF5.

Keras' own layout goes by attribute names and positions, which says nothing to whoever wants to match weights by name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

__all__ = ["read_weights", "require_own_paths", "write_weights"]


def write_weights(path: Path, variables: Sequence[Any]) -> None:
    """Write one dataset per variable, under its `Variable.path`.

    Raises:
        ValueError: Two variables have one path.
    """
    import h5py

    require_own_paths(variables)
    with h5py.File(path, "w") as file:
        for variable in variables:
            file.create_dataset(variable.path, data=np.asarray(variable.numpy()))


def require_own_paths(variables: Sequence[Any]) -> None:
    """Refuse variables that can't be told apart by their paths.

    Raises:
        ValueError: Two variables have one path.
    """
    twice = [name for name, count in Counter(v.path for v in variables).items() if count > 1]
    if twice:
        raise ValueError(
            f"each variable must have a path of its own, but these are shared: {', '.join(twice)}; "
            "give the layers names that differ"
        )


def read_weights(path: Path) -> dict[str, np.ndarray]:
    """Return all weights by variable path."""
    import h5py

    weights: dict[str, np.ndarray] = {}

    def visit(name: str, item: Any) -> None:
        if isinstance(item, h5py.Dataset):
            weights[name] = item[()]

    with h5py.File(path, "r") as file:
        file.visititems(visit)
    return weights
