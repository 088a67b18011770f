"""Reading weights from wherever a warm start may take them."""

from __future__ import annotations

import io
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np

from tfaip.model.bundle.array_file import ArrayFile
from tfaip.model.bundle.weights import read_weights
from tfaip.model.folders.atomic_folder import in_former_run
from tfaip.params.regular_files import require_regular
from tfaip.trainer.errors import CheckpointError, WarmStartError
from tfaip.trainer.folder.checkpoint import WEIGHTS, Checkpoint, Checkpoints
from tfaip.trainer.warm_start.params import require_stored_weights

__all__ = ["MIN_LIMIT", "StoredWeights", "read_stored_weights"]

# Bytes that may be read in any case, however small the graph is.
MIN_LIMIT = 64 << 20
# Bytes of HDF5 itself beside the arrays of a file.
FORMAT_BYTES = 16 << 20
KERAS_WEIGHTS = "model.weights.h5"


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


def read_stored_weights(path: Path, *, limit: int | None = None) -> StoredWeights:
    """Read the weights of a bundle, of a run's newest checkpoint, of a checkpoint, or of a file of Keras.

    Args:
        path: Folder or file.
        limit: Number of bytes that the weights may take in memory; default: 64 MiB, or as many as the file has.

    Raises:
        WarmStartError: There is nothing that can be read, or more than the limit.
    """
    path = in_former_run(path)  # the new run may replace the one that it starts from
    require_stored_weights(path)
    try:
        if path.is_dir():
            file = _weights_in(path)
            return StoredWeights(file, read_weights(file, limit=limit))
        size = require_regular(path).st_size
        allowed = max(size, MIN_LIMIT) if limit is None else limit
        if path.suffix == ".keras":
            return _read_h5(path, io.BytesIO(_weights_of_archive(path, allowed)), allowed)
        return _read_h5(path, path, allowed)
    except (OSError, CheckpointError) as error:
        text = error.strerror if isinstance(error, OSError) and error.strerror else error
        raise WarmStartError(f"the weights in {path} cannot be read: {text}") from error


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


def _weights_of_archive(path: Path, limit: int) -> bytes:
    try:
        with zipfile.ZipFile(path) as archive:
            size = archive.getinfo(KERAS_WEIGHTS).file_size
            if size > limit + FORMAT_BYTES:
                raise WarmStartError(f"{KERAS_WEIGHTS} in {path} takes {size:,} bytes, more than the {limit:,} allowed")
            return archive.read(KERAS_WEIGHTS)
    except KeyError:
        raise WarmStartError(f"{path} holds no {KERAS_WEIGHTS}, it is no model of Keras") from None
    # An archive may be encrypted, or of a method that is not there.
    except (zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, ValueError) as error:
        raise WarmStartError(f"{path} is no whole archive: {error}") from None


def _read_h5(path: Path, source: Path | IO[bytes], limit: int) -> StoredWeights:
    with ArrayFile(source, path) as file:
        by_layer: dict[str, str] = {}
        for name in file.arrays:
            # Keras keeps the variables of a layer, numbered, in a group `vars` that has the layer's name as attribute.
            group, _, number = name.rpartition("/")
            if not group.endswith("vars") or name.startswith("optimizer/"):
                continue
            layer = file.attribute(group, "name") or group.removesuffix("vars").rstrip("/").rpartition("/")[2]
            key = f"{layer}/{number}"
            if key in by_layer:
                raise WarmStartError(
                    f"the layers in {path} must have names of their own, but there are several called {layer}"
                )
            by_layer[key] = name
        if not by_layer:
            return StoredWeights(path, file.read(file.arrays, limit=limit))
        chosen = {key: name for key, name in by_layer.items() if "seed_generator" not in key}
        arrays = file.read(chosen.values(), limit=limit)
        return StoredWeights(path, {key: arrays[name] for key, name in chosen.items()}, by_layer=True)
