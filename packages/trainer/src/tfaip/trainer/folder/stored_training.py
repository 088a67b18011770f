"""Parameters of a training that a file holds, for a new one: the file doesn't decide where that writes."""

from __future__ import annotations

import logging
import os
import shlex
from collections.abc import Collection, Iterable
from pathlib import Path
from typing import Any

from tfaip.model import load_stored_params
from tfaip.params.serialization.formats import read_file
from tfaip.params.shown_text import one_line
from tfaip.trainer.errors import RunFolderError
from tfaip.trainer.folder.bundle_places import BUNDLE_DIRS
from tfaip.trainer.folder.named_places import bundle_places_of, names_of_places, require_named_places
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.params import TrainerParams

__all__ = ["StoredTraining", "folders_read_with", "load_trainer_params", "require_named_folder"]

logger = logging.getLogger(__name__)


class StoredTraining:
    """Parameters that a training has stored, without `output_dir` and `overwrite`.

    These two count only where the file lies in that very folder. Otherwise the caller has to name them again.

    Args:
        path: The file.
        trust: Packages, beside the scenario's own, whose parameter classes may be imported.
        strict: Whether unknown keys are errors; otherwise they are a `ParamsWarning` each.

    Attributes:
        params: The parameters.

    Raises:
        ParamsError: The file can't be read, or names a class that is not trusted.
    """

    def __init__(self, path: str | os.PathLike[str], *, trust: Iterable[str] = (), strict: bool = True) -> None:
        self._path = Path(path)
        self.params = load_stored_params(
            TrainerParams,
            self._path,
            trust=trust,
            reading=folders_read_with(path),
            scenario_at="scenario",
            strict=strict,
        )
        self._folder, self._overwrite = self.params.output_dir, self.params.overwrite
        self._places = names_of_places(self.params)
        if not _lies_in(self._path, self._folder):
            self.params.output_dir, self.params.overwrite = None, False

    def require_folder(self, params: TrainerParams, named: Collection[str] = ()) -> None:
        """Refuse parameters made of these that name no folder, though the file does, or a place outside of it.

        Args:
            params: The parameters of the file and of the line.
            named: Parameters of places that the line names.

        Raises:
            RunFolderError: With the words of the command line that name it.
        """
        if params.output_dir is None and self._folder is not None:
            raise _not_named(self._path, self._folder, self._overwrite)
        require_named_places(self._path, self._places, params, named)


def load_trainer_params(
    path: str | os.PathLike[str],
    *,
    output_dir: str | os.PathLike[str] | None = None,
    overwrite: bool = False,
    trust: Iterable[str] = (),
) -> TrainerParams:
    """Return stored parameters of a training, for a new one.

    Args:
        path: The file.
        output_dir: Folder of the new run. The folder in the file counts only if it is the folder that the file lies in.
            Places of bundles outside of the folder don't count, and are for you to set again.
        overwrite: Whether a run in the folder is replaced.
        trust: Packages, beside the scenario's own, whose parameter classes may be imported.

    Raises:
        ParamsError: The file can't be read, or names a class that is not trusted.
    """
    params = StoredTraining(path, trust=trust).params
    if output_dir is not None:
        params.output_dir, params.overwrite = Path(output_dir), overwrite
    for field in bundle_places_of(params, params.output_dir or Path(path).parent).outside():
        logger.warning(
            "%s names a place outside of the run's folder, but a file doesn't decide where to write: %s %s is %s now",
            *(path, field, getattr(params, field), BUNDLE_DIRS[field]),
        )
        setattr(params, field, Path(BUNDLE_DIRS[field]))
    return params


def require_named_folder(params: TrainerParams, configs: Iterable[str], named: Collection[str] = ()) -> None:
    """Refuse a place to write to, or its replacement, that only a stored file of `--config` names.

    Args:
        params: The parameters of the line and its files.
        configs: The files.
        named: Parameters that the line names, of `output_dir`, `overwrite` and the places of bundles.

    Raises:
        RunFolderError: With the words of the command line that are missing.
    """
    for path in configs:
        data: Any = read_file(Path(path))
        if not isinstance(data, dict) or "__cls__" not in data:
            continue  # what people write has no tag, and says what they want
        places = {field: Path(data[field]) for field in BUNDLE_DIRS if isinstance(data.get(field), str)}
        require_named_places(Path(path), places, params, named)
        if _lies_in(Path(path), params.output_dir):
            continue
        says_where = (
            "output_dir" not in named
            and params.output_dir is not None
            and data.get("output_dir") == str(params.output_dir)
        )
        if params.output_dir is not None and (says_where or (params.overwrite and "overwrite" not in named)):
            raise _not_named(Path(path), params.output_dir, params.overwrite)


def folders_read_with(path: str | os.PathLike[str]) -> list[Path]:
    """The folder of a run that a file of parameters lies in; none where it just lies somewhere."""
    run = RunFolder(Path(path).parent)
    return [run.path] if run.has_results or run.status.exists() else []


def _lies_in(path: Path, folder: Path | None) -> bool:
    try:
        return folder is not None and folder.resolve() == path.resolve().parent
    except (OSError, ValueError):  # a name that can't be one
        return False


def _not_named(path: Path, folder: Path, overwrite: bool) -> RunFolderError:
    words = ["--trainer.output_dir", str(folder), *(["--trainer.overwrite"] if overwrite else [])]
    return RunFolderError(
        f"{path} names an output folder, but a file doesn't decide where to write: choose a folder, "
        f"or add that of the file: {one_line(shlex.join(words))}"
    )
