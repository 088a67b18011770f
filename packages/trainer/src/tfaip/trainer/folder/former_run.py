"""The run that a new one replaces, which comes back unless the new one comes to something.

    .former_run.moving/    being put aside or back; a new run has written nothing yet
    .former_run/           put aside as a whole; the new run has come to nothing yet
    .former_run.removed/   no longer needed

Each of these names is taken by one rename, so that after `kill -9` they tell what to do.
"""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from tfaip.model.bundle.layout import PARTS
from tfaip.model.folders.atomic_folder import FORMER_RUN, place_in_former_run
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.trainer.errors import RunFolderError

if TYPE_CHECKING:
    import shutil
else:
    # Who asks for help needs none.
    shutil = loaded_later("shutil")

__all__ = ["CHECKPOINT", "PARAMS", "FormerRun"]

# The file that makes a folder that of a run.
PARAMS = "trainer_params.json"

# Step, and number among the checkpoints of that step.
CHECKPOINT = r"step_[0-9]{1,18}(_[0-9]{1,9})?"
# Files of a run in a folder, and files that systems leave there.
BUNDLE = rf"({'|'.join(map(re.escape, PARTS))}).*"
OWN = {
    "checkpoint": rf"{CHECKPOINT}|\.step_.*",
    "events": r"(events\.out\.|train|validation|lav_l|plugins).*",
    "best": BUNDLE,
    "export": BUNDLE,
    "epochs": r"\.?[0-9]{1,9}(\.(lock|writing|former))?",
}
SYSTEMS = r"\.DS_Store|\._.*|\.nfs.*|Thumbs\.db"


class FormerRun:
    """Moves a run aside within its folder, and back. All of it is for the process that holds the lock of the folder.

    A linked folder stays on its disk, and its link in place.

    Args:
        root: The folder of the run.
        names: Files and folders that belong to a run.
    """

    def __init__(self, root: Path, names: Sequence[str]) -> None:
        self._root = root
        self._paths = [root / name for name in names]
        self._whole = root / FORMER_RUN
        self._moving = root / f"{FORMER_RUN}.moving"
        self._removed = root / f"{FORMER_RUN}.removed"

    @property
    def is_aside(self) -> bool:
        """Whether a run was put aside and is still needed."""
        return _is_folder(self._whole) or _is_folder(self._moving)

    @property
    def is_unfinished(self) -> bool:
        """Whether there is something for `recover` to do."""
        return self.is_aside or _is_folder(self._removed)

    def recover(self, is_replaced: bool) -> None:
        """End what a killed process has begun.

        Args:
            is_replaced: Whether the new run has come to something.
        """
        if is_replaced and _is_folder(self._whole):
            self.remove()
        else:
            self.put_back()
        _erase(self._removed)

    def require_own_links(self) -> None:
        """Refuse links that lead where the run must not write: they may come with a folder from elsewhere.

        Raises:
            RunFolderError: One leads into another run, in a circle, or to a folder that can't be replaced.
        """
        root = _target(self._root)
        for path in self._paths:
            if _is_linked_folder(path):
                target = _target(path)
                for folder in (target, *list(target.parents)[:2]):
                    if (folder / PARAMS).exists() and not root.is_relative_to(folder):
                        raise RunFolderError(
                            f"{path} is a link to {target}, which belongs to another run, {folder}: "
                            "remove the link, or let it lead to another folder"
                        )
                if path.name in ("best", "export") and (problem := _cannot_be_replaced(target)):
                    raise RunFolderError(
                        f"{path} is a link to {target}, which can't be replaced by a new model, since {problem}: "
                        "let the link lead to a folder of its own, in one that you can write"
                    )

    def require_own(self) -> None:
        """Refuse a run folder with files that no run writes, since they belong to somebody else.

        Raises:
            RunFolderError: There are.
        """
        for path in self._paths:
            if other := _foreign_file(path):
                what = f" is a link to {path.resolve()}, which" if _is_linked_folder(path) else ""
                raise RunFolderError(
                    f"{path}{what} holds a file of no run: {other}; move it elsewhere, or choose another "
                    "--trainer.output_dir"
                )

    def put_aside(self) -> None:
        """Move the run aside.

        Raises:
            RunFolderError: It can't be moved, or a folder of it holds other files; all is as before then.
        """
        self.require_own()
        try:
            self._moving.mkdir()
            for path in self._paths:
                source = _source(path)
                if source.exists() or source.is_symlink():
                    source.rename(self._place(path, self._moving))
            self._moving.rename(self._whole)
        except BaseException as error:
            self.put_back()
            if isinstance(error, OSError):
                raise RunFolderError(f"the run can't be moved aside to be replaced: {error}") from error
            raise

    def put_back(self) -> None:
        """Move the run back, in place of the new one's remains."""
        if not self.is_aside:
            return
        if _is_folder(self._whole):
            self.remove_current()
            self._whole.rename(self._moving)
        for path in self._paths:
            kept = self._place(path, self._moving)
            if kept.exists() or kept.is_symlink():
                kept.rename(_source(path))
        if other := _first_foreign(self._moving, None):
            raise RunFolderError(f"{self._moving} holds a file of no run: {other}; move it elsewhere")
        shutil.rmtree(self._moving)

    def remove(self) -> None:
        """Remove the run that was put aside."""
        _erase(self._removed)
        if not _is_folder(self._whole):
            return
        for path in self._paths:
            if _is_linked_folder(path):
                shutil.rmtree(place_in_former_run(path), ignore_errors=True)
        self._whole.rename(self._removed)
        _erase(self._removed)

    def remove_current(self) -> None:
        """Remove the files of the run in the folder, and keep all other files of the user."""
        for path in self._paths:
            if _is_linked_folder(path):
                if not _foreign_file(path):
                    shutil.rmtree(path.resolve(), ignore_errors=True)
            else:
                _erase(path)

    def _place(self, path: Path, folder: Path) -> Path:
        return place_in_former_run(path) if _is_linked_folder(path) else folder / path.name


def _is_folder(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink()


def _erase(path: Path) -> None:
    if _is_folder(path):
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)


def _is_linked_folder(path: Path) -> bool:
    """Whether it is a link to a folder elsewhere. While the run is aside, the link leads to nothing.

    Any other link is no more than a file: its target is not the run's.
    """
    return path.name in OWN and path.is_symlink() and not path.is_file()


def _target(path: Path) -> Path:
    """Return what a path leads to.

    Raises:
        RunFolderError: It leads in a circle.
    """
    try:
        target = path.resolve()
    except (OSError, RuntimeError):  # the latter for a circle, up to Python 3.12
        target = path
    if target.is_symlink():
        raise RunFolderError(f"{path} is a link that leads in a circle: remove it")
    return target


def _cannot_be_replaced(folder: Path) -> str:
    """Say why another folder can't take the place of this one; nothing where it can."""
    if folder.is_mount():
        return "a disk is mounted there"
    if folder.parent.exists() and not os.access(folder.parent, os.W_OK):
        return f"you can't write to {folder.parent}"
    return ""


def _source(path: Path) -> Path:
    return path.resolve() if _is_linked_folder(path) else path


def _foreign_file(path: Path) -> str:
    """Return a file that no run writes, in a folder or link that is called as one of a run."""
    folder = path.resolve()
    if path.name in OWN and path.is_file() and not path.is_symlink():
        return path.name  # a run has a folder there
    if not folder.is_dir() or path.name.startswith(".") or (folder / "scenario_params.json").is_file():
        return ""
    if path.is_symlink() and not _is_linked_folder(path):
        return ""  # only the link goes
    return _first_foreign(folder, OWN.get(path.name))


def _first_foreign(folder: Path, own: str | None) -> str:
    known = re.compile("|".join(filter(None, [own, SYSTEMS])))
    return next((file.name for file in folder.iterdir() if not known.fullmatch(file.name)), "")
