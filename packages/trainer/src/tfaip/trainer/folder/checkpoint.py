"""The state from which a resumed run starts.

    checkpoint/step_00003750/
        trainer_state.json   where the training stands, and the order of the variables
        weights.h5           weights of the graph by variable path, for warm start; the averages where there are any
        variables.h5         every variable of the training, by group and position
        manifest.json        checksum and size of each file, written last

A checkpoint is written beside and renamed into place; older ones go only then. Reading takes the newest one whose
checksums hold.
"""

from __future__ import annotations

import hashlib
import json
import logging
import os
import re
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import h5py
import numpy as np

from tfaip.model.bundle.array_file import ArrayFile
from tfaip.model.bundle.weights import write_weights
from tfaip.params.regular_files import open_regular, read_regular
from tfaip.trainer.errors import CheckpointError
from tfaip.trainer.folder.former_run import CHECKPOINT

__all__ = ["Checkpoint", "Checkpoints"]

logger = logging.getLogger(__name__)

STATE, WEIGHTS, VARIABLES, MANIFEST = "trainer_state.json", "weights.h5", "variables.h5", "manifest.json"
# Files that the manifest names.
FILES = (STATE, WEIGHTS, VARIABLES)

# The paths of 100,000 variables take some 10 MiB.
_MAX_BYTES = 64 << 20

Variables = Mapping[str, Sequence[Any]]


@dataclass(frozen=True)
class Checkpoint:
    """A checkpoint on disk, whose checksums hold."""

    path: Path

    @classmethod
    def at(cls, path: Path) -> Checkpoint:
        """Return the checkpoint in that folder.

        Raises:
            CheckpointError: It is broken.
        """
        if broken := _broken(path):
            raise CheckpointError(f"the checkpoint {path} is broken: {broken}")
        return cls(path)

    def state(self) -> dict[str, Any]:
        """Return what was stored beside the variables."""
        state: dict[str, Any] = self._content()["state"]
        return state

    def _content(self) -> dict[str, Any]:
        try:
            content: Any = json.loads(read_regular(self.path / STATE, _MAX_BYTES))
            paths = content["variables"].values()
            if isinstance(content["state"], dict) and all(isinstance(group, list) for group in paths):
                return dict(content)
            problem = "its state must be an object, its variables lists"
        except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
            problem = f"{type(error).__name__}: {error}"
        raise CheckpointError(f"the checkpoint {self.path} is broken: {STATE} can't be read ({problem})") from None

    def restore(self, groups: Variables) -> None:
        """Assign the stored values to the variables of each group, one by one.

        Raises:
            CheckpointError: The file can't be read, or number or shape of the variables differ from the stored ones. No
                value is assigned then.
        """
        paths = self._content()["variables"]
        targets: dict[str, Any] = {}
        with ArrayFile(self.path / VARIABLES) as file:
            for group, variables in groups.items():
                stored = paths.get(group, [])
                if len(stored) != len(variables):
                    raise CheckpointError(
                        f"the checkpoint {self.path} holds {len(stored)} variables of {group}, "
                        f"but there are {len(variables)} now: the network or its optimizer has changed"
                    )
                for position, (path, variable) in enumerate(zip(stored, variables, strict=True)):
                    name = f"{group}/{position}"
                    if name not in file.arrays:
                        raise CheckpointError(
                            f"the checkpoint {self.path} is broken: {VARIABLES} lacks {name} ({path})"
                        )
                    if file.arrays[name].shape != tuple(variable.shape):
                        raise CheckpointError(
                            f"the checkpoint {self.path} holds {path} with shape {file.arrays[name].shape}, "
                            f"but it has shape {tuple(variable.shape)} now: the network has changed"
                        )
                    targets[name] = variable
            # One at a time: all of them may be several times the network.
            for name, variable in targets.items():
                variable.assign(file.read([name])[name])


class Checkpoints:
    """The folder that holds a run's checkpoints.

    Args:
        folder: The folder.
        keep: Number of checkpoints that stay, each of another step.
    """

    def __init__(self, folder: Path, keep: int = 2) -> None:
        self.folder = folder
        self.keep = keep

    def write(self, step: int, state: Mapping[str, Any], weights: Sequence[Any], groups: Variables) -> Checkpoint:
        """Write a checkpoint and then remove those that are too old.

        Args:
            step: Steps made so far; the checkpoint's name.
            state: Where the training stands, plain JSON.
            weights: Weights of the graph.
            groups: Every variable of the training, by group.
        """
        self.folder.mkdir(exist_ok=True)  # without its parents: where the run's folder has gone, that is an error
        path = self._unused_path(step)
        beside = self.folder / f".{path.name}.writing"
        for abandoned in self.folder.glob(".step_*.writing"):
            shutil.rmtree(abandoned, ignore_errors=True)
        beside.mkdir()
        try:
            self._write_files(beside, state, weights, groups)
            beside.replace(path)
        except BaseException:
            shutil.rmtree(beside, ignore_errors=True)
            raise
        _sync(self.folder)
        for other in self._superseded(path):
            shutil.rmtree(other, ignore_errors=True)
        return Checkpoint(path)

    def _superseded(self, written: Path) -> list[Path]:
        """The checkpoints to remove: too old, of the same step as a later one, or of steps that the run will repeat.

        The others are broken ones, from before the run went on from an older one.
        """
        kept, others = {_order(written)[0]: written}, []
        for path in reversed(self._paths()):
            step = _order(path)[0]
            if step < _order(written)[0] and step not in kept and len(kept) < self.keep:
                kept[step] = path
            elif path != written:
                others.append(path)
        return others

    def _write_files(self, beside: Path, state: Mapping[str, Any], weights: Sequence[Any], groups: Variables) -> None:
        order = {group: [variable.path for variable in variables] for group, variables in groups.items()}
        (beside / STATE).write_text(json.dumps({"state": state, "variables": order}, indent=1), encoding="utf-8")
        write_weights(beside / WEIGHTS, weights)
        with h5py.File(beside / VARIABLES, "w") as file:
            for group, variables in groups.items():
                for position, variable in enumerate(variables):
                    file.create_dataset(f"{group}/{position}", data=np.asarray(variable.numpy()))
        manifest = {name: _checksum(beside / name) for name in FILES}
        (beside / MANIFEST).write_text(json.dumps(manifest, indent=1), encoding="utf-8")
        for file_path in beside.iterdir():
            _sync(file_path)

    def newest(self) -> Checkpoint | None:
        """Return the newest checkpoint that is whole, `None` where there was never one.

        Raises:
            CheckpointError: There are checkpoints, and all of them are broken.
        """
        paths = self._paths()
        for path in reversed(paths):
            broken = _broken(path)
            if not broken:
                return Checkpoint(path)
            logger.warning("The checkpoint %s is broken (%s), looking for an older one", path, broken)
        if paths:
            raise CheckpointError(f"no checkpoint in {self.folder} is whole: {', '.join(p.name for p in paths)}")
        return None

    def _paths(self) -> list[Path]:
        # The users' own files beside them, a copy or an archive for instance, are none.
        return sorted((path for path in self.folder.glob("step_*") if re.fullmatch(CHECKPOINT, path.name)), key=_order)

    def _unused_path(self, step: int) -> Path:
        """A run may write two checkpoints at one step: before and after what follows an epoch, for instance."""
        path, number = self.folder / f"step_{step:08d}", 1
        while path.exists():
            number += 1
            path = self.folder / f"step_{step:08d}_{number}"
        return path


def _order(path: Path) -> tuple[int, ...]:
    return tuple(int(part) for part in path.name.split("_")[1:])


def _broken(path: Path) -> str:
    """Say what is wrong with a checkpoint, nothing if it is whole."""
    try:
        manifest = json.loads(read_regular(path / MANIFEST, _MAX_BYTES))
        if not isinstance(manifest, dict) or set(manifest) != set(FILES):
            return f"{MANIFEST} must name {', '.join(FILES)}"
        wrong = [name for name, checksum in manifest.items() if _checksum(path / name) != checksum]
    except (OSError, ValueError, RecursionError) as error:
        return str(error)
    return f"the checksum of {', '.join(wrong)} does not hold" if wrong else ""


def _checksum(path: Path) -> str:
    with open_regular(path) as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
