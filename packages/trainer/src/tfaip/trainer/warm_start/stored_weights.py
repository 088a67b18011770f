"""Reading weights from wherever a warm start may take them."""

from __future__ import annotations

import io
import zipfile
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import h5py
import numpy as np

from tfaip.model.bundle.weights import read_weights
from tfaip.trainer.checkpoint import WEIGHTS, Checkpoint, Checkpoints
from tfaip.trainer.errors import CheckpointError, WarmStartError

__all__ = ["StoredWeights", "read_stored_weights"]


@dataclass(frozen=True)
class StoredWeights:
    """Weights by name.

    Attributes:
        path: Folder or file that they come from.
        weights: The arrays.
        by_layer: Whether the names are `LAYER/NUMBER`, which is all that Keras' own files know, or variable paths.
    """

    path: Path
    weights: dict[str, np.ndarray]
    by_layer: bool = False


def read_stored_weights(path: Path) -> StoredWeights:
    """Read the weights of a bundle, of a run's newest checkpoint, of a checkpoint, or of a file of Keras.

    Raises:
        WarmStartError: There is nothing that can be read.
    """
    try:
        if path.is_dir():
            file = _weights_in(path)
            return StoredWeights(file, read_weights(file))
        if not path.exists():
            raise WarmStartError(f"warmstart.model must be a folder or a file, but {path} is not there")
        if path.suffix == ".keras":
            with zipfile.ZipFile(path) as archive:
                return _read_h5(path, io.BytesIO(archive.read("model.weights.h5")))
        return _read_h5(path, path)
    except (OSError, KeyError, zipfile.BadZipFile, CheckpointError) as error:
        raise WarmStartError(f"the weights in {path} cannot be read: {error}") from error


def _weights_in(folder: Path) -> Path:
    if (folder / "manifest.json").is_file():
        return Checkpoint.at(folder).path / WEIGHTS
    if (folder / WEIGHTS).is_file():
        return folder / WEIGHTS
    for checkpoints in (folder / "checkpoint", folder):
        newest = Checkpoints(checkpoints).newest()
        if newest:
            return newest.path / WEIGHTS
    raise WarmStartError(
        f"{folder} holds no weights: warmstart.model must be a bundle (best/ or export/ of a run), the folder of a run "
        "with a checkpoint, a checkpoint, or a .weights.h5 or .keras file"
    )


def _read_h5(path: Path, file: Path | IO[bytes]) -> StoredWeights:
    by_layer: dict[str, np.ndarray] = {}

    def visit(name: str, item: Any) -> None:
        # Keras keeps the variables of a layer, numbered, in a group `vars` that has the layer's name as attribute.
        group, _, number = name.rpartition("/")
        if not isinstance(item, h5py.Dataset) or not group.endswith("vars") or name.startswith("optimizer/"):
            return
        layer = item.parent.attrs.get("name") or group.removesuffix("vars").rstrip("/").rpartition("/")[2]
        key = f"{layer}/{number}"
        if key in by_layer:
            raise WarmStartError(
                f"the layers in {path} must have names of their own, but there are several called {layer}"
            )
        by_layer[key] = item[()]

    with h5py.File(file, "r") as opened:
        opened.visititems(visit)
    if by_layer:
        return StoredWeights(path, {k: v for k, v in by_layer.items() if "seed_generator" not in k}, by_layer=True)
    assert isinstance(file, Path)
    return StoredWeights(path, read_weights(file))
