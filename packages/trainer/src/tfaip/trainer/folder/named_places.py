"""Where a training writes, as its parameters say: the run's folder and the places of its bundles.

A stored file of parameters must not make the training write to a place outside of the run's folder. The user names such
a place again.
"""

from __future__ import annotations

import json
import shlex
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from tfaip.params.regular_files import read_regular
from tfaip.params.shown_text import one_line
from tfaip.trainer.errors import RunFolderError
from tfaip.trainer.folder.bundle_places import BUNDLE_DIRS, BundlePlaces, placeholder_problem
from tfaip.trainer.folder.run_folder import MAX_PARAMS, RunFolder
from tfaip.trainer.params import TrainerParams

__all__ = [
    "bundle_places_of",
    "names_of_places",
    "require_named_places",
    "require_places",
    "run_folder_of",
    "stored_places",
]


def names_of_places(params: TrainerParams) -> dict[str, Path]:
    """Return the names of the places of bundles, by parameter."""
    return {field: getattr(params, field) for field in BUNDLE_DIRS}


def bundle_places_of(params: TrainerParams, root: Path) -> BundlePlaces:
    """Return the places of bundles that a training with these parameters writes to.

    Args:
        params: The parameters.
        root: The folder of the run.
    """
    asked = (params.export_best, params.export_final, params.export_every_n_epochs > 0)
    used = [field for field, is_used in zip(BUNDLE_DIRS, asked, strict=True) if is_used]
    return BundlePlaces(root, names_of_places(params), used)


def run_folder_of(params: TrainerParams) -> RunFolder:
    """Return the folder of a run that its parameters name.

    Raises:
        RunFolderError: Two places of bundles aren't apart, or one is a place of other files of the run.
    """
    assert params.output_dir is not None
    root = Path(params.output_dir)
    places = bundle_places_of(params, root)
    places.require_apart()
    return RunFolder(root, places)


def require_places(folder: RunFolder, *, resumes: bool = False, overwrite: bool = False) -> None:
    """Refuse places of bundles where something stands that isn't the run's.

    Args:
        folder: The folder of the run.
        resumes: Whether the run in it is resumed. A bundle where that run has written its bundles is its own.
        overwrite: Whether a new run may replace the bundles of others.

    Raises:
        RunFolderError: Something does.
    """
    folder.bundles.require_free(stored_places(folder) if resumes else None, overwrite=overwrite and not resumes)


def require_named_places(
    source: Path, stored: Mapping[str, Path], params: TrainerParams, named: Collection[str]
) -> None:
    """Refuse places outside of the run's folder that only a file says.

    Args:
        source: The file.
        stored: Names of places in it, by parameter.
        params: The parameters of the file and of the line.
        named: Parameters of places that the line names.

    Raises:
        RunFolderError: With the words of the command line that are missing.
    """
    if params.output_dir is None:
        return
    outside = bundle_places_of(params, Path(params.output_dir)).outside()
    missing = [field for field in outside if field not in named and getattr(params, field) == stored.get(field)]
    if missing:
        words = [word for field in missing for word in (f"--trainer.{field}", outside[field])]
        raise RunFolderError(
            f"{source} names a place of bundles outside of the run's folder, but a file doesn't decide where to write: "
            f"choose a place, or add that of the file: {one_line(shlex.join(words))}"
        )


def stored_places(folder: RunFolder) -> BundlePlaces:
    """Return the places of bundles of the run that is in a folder, as its own file names them."""
    try:
        stored: Any = json.loads(read_regular(folder.trainer_params, MAX_PARAMS))
    except (OSError, ValueError, RecursionError):
        stored = {}
    names = {field: stored.get(field) for field in BUNDLE_DIRS} if isinstance(stored, dict) else {}
    good = {field: name for field, name in names.items() if isinstance(name, str) and not placeholder_problem(name)}
    return BundlePlaces(folder.path, good, tuple(BUNDLE_DIRS))
