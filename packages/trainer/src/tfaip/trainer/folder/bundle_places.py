"""The folders that a run writes its bundles to, as the parameters name them."""

from __future__ import annotations

import glob
import os
import re
from collections.abc import Collection, Mapping
from pathlib import Path

from tfaip.params.shown_text import one_line
from tfaip.trainer.errors import RunFolderError
from tfaip.trainer.folder.former_run import BUNDLE, SYSTEMS

__all__ = ["BUNDLE_DIRS", "BundlePlace", "BundlePlaces", "placeholder_problem"]

# Parameters that name a place, with their defaults.
BUNDLE_DIRS = {"best_dir": "best", "export_dir": "export", "epoch_dir": "epochs/{epoch:04d}"}
# `{epoch}` or `{epoch:04d}`.
_PLACEHOLDER = re.compile(r"\{epoch(?::(0?[1-9]?)d)?\}")
# Names in a run's folder that stand for other things than bundles.
_TAKEN = re.compile(
    r"\..*|trainer_params\.json|train\.log.*|metrics\.jsonl.*|(status|recorders)\.json|events|checkpoint"
)


def placeholder_problem(name: str, *, required: bool = False) -> str:
    """Say why a name is no place for bundles in any run; nothing where it is one.

    Args:
        name: The path.
        required: Whether it must have a placeholder.
    """
    if required and not _PLACEHOLDER.search(name):
        return f"must hold {{epoch}}, as {BUNDLE_DIRS['epoch_dir']} does"
    if set(_PLACEHOLDER.sub("", name)) & set("{}"):
        return "may hold one kind of placeholder, {epoch}, or {epoch:04d} for four digits"
    return "" if name.strip() and "\0" not in name else "must name a folder"


class BundlePlace:
    """Folders for bundles of one kind: the same folder for all of them, or one per epoch.

    Args:
        root: The folder of the run. A relative name lies in it.
        name: Path, with or without the placeholder `{epoch}`.
    """

    def __init__(self, root: Path, name: str | os.PathLike[str]) -> None:
        self.root = root
        self.name = os.path.normpath(name)

    @property
    def is_numbered(self) -> bool:
        """Whether each epoch has a folder of its own."""
        return _PLACEHOLDER.search(self.name) is not None

    def of(self, epoch: int) -> Path:
        """Return the folder of an epoch's bundle."""
        return self.root / _PLACEHOLDER.sub(lambda found: f"{epoch:{found[1] or ''}d}", self.name)

    def standing(self) -> dict[int, Path]:
        """Return the present bundles by epoch, and by epoch 0 for a place without epochs."""
        if not self.is_numbered:
            return {0: self.of(0)} if self.of(0).exists() else {}
        literal = self.literal_parts(self.root)
        found = {}
        for path in glob.glob("*".join(map(glob.escape, literal))):  # noqa: PTH207 - of an absolute pattern
            if match := re.fullmatch("([0-9]{1,9})".join(map(re.escape, literal)), path):
                epoch = int(match[1])
                if self.of(epoch) == Path(path):
                    found[epoch] = Path(path)
        return found

    def literal_parts(self, root: Path) -> list[str]:
        """Return the parts of the whole path around its placeholders."""
        first, *others = _PLACEHOLDER.split(self.name)[::2]  # widths stand between them
        return [first if Path(self.name).is_absolute() else f"{root}{os.sep}{first}", *others]

    @property
    def newest(self) -> Path:
        """The folder of the bundle of the latest epoch, which is not there before the first export."""
        return max(self.standing().items(), default=(0, self.of(0)))[1]

    @property
    def leads_out(self) -> bool:
        """Whether it lies elsewhere than in the folder of the run; links count as what they name."""
        return not _resolved(self.of(0)).is_relative_to(_resolved(self.root))

    def require_free(self, option: str, *, may_replace: bool, resumes: bool = False) -> None:
        """Refuse a place where something stands that isn't the run's.

        Args:
            option: The parameter that names it.
            may_replace: Whether bundles that stand there may be replaced.
            resumes: Whether a run is resumed, which overwrites nothing of others.

        Raises:
            RunFolderError: Other files, or a bundle that may not be replaced.
        """
        for path in self.standing().values():
            if not path.is_dir():
                raise RunFolderError(f"--trainer.{option} names {path}, which is a file: choose another folder")
            if other := _other_file(path):
                raise RunFolderError(
                    f"--trainer.{option} names {path}, which holds a file of no bundle: {one_line(other)}; "
                    "choose another folder"
                )
            if not may_replace and any(path.iterdir()):
                way = "move it elsewhere" if resumes else "replace it with --trainer.overwrite"
                raise RunFolderError(
                    f"--trainer.{option} names {path}, which holds a bundle already: choose another folder, or {way}"
                )

    def remove(self, epoch: int) -> None:
        """Remove the bundle of an epoch; something else that stands there stays."""
        path = self.of(epoch)
        if self.is_numbered and path.is_dir() and not path.is_symlink() and not _other_file(path):
            import shutil

            shutil.rmtree(path, ignore_errors=True)


class BundlePlaces:
    """Where a run writes its bundles.

    Args:
        root: The folder of the run.
        names: Names of the places by parameter; the defaults stand for those that are missing.
        used: Parameters whose places are written to.

    Attributes:
        best: Place of the best model so far.
        last: Place of the last model.
        epochs: Place of the models of single epochs.
    """

    def __init__(
        self,
        root: Path,
        names: Mapping[str, str | os.PathLike[str]] | None = None,
        used: Collection[str] = ("best_dir", "export_dir"),
    ) -> None:
        self._root = root
        places = {field: BundlePlace(root, name) for field, name in {**BUNDLE_DIRS, **(names or {})}.items()}
        self.best, self.last, self.epochs = (places[field] for field in BUNDLE_DIRS)
        self._used = {field: place for field, place in places.items() if field in used}
        self._former: list[tuple[BundlePlace, int, int]] = []

    def outside(self) -> dict[str, str]:
        """Return the names that lead out of the folder of the run, by parameter.

        `best` and `export` themselves may be links to another disk.
        """
        return {
            field: place.name
            for field, place in self._used.items()
            if place.name != BUNDLE_DIRS[field] and place.leads_out
        }

    def require_apart(self) -> None:
        """Refuse places of which one would replace the other, or other files of the run.

        Raises:
            RunFolderError: There are such places.
        """
        root = _resolved(self._root)
        for field, place in self._used.items():
            path = _resolved(place.of(1))
            if root.is_relative_to(path):
                raise RunFolderError(f"--trainer.{field} must name a folder in the run's or elsewhere, not {path}")
            if path.is_relative_to(root) and _TAKEN.fullmatch(path.relative_to(root).parts[0]):
                raise RunFolderError(f"--trainer.{field} must not name {path}: the run writes other files there")
            for other, another in self._used.items():
                if other != field and _may_meet(place, another):
                    raise RunFolderError(
                        f"--trainer.{field} and --trainer.{other} must name folders that lie apart, "
                        f"got {place.name} and {another.name}"
                    )

    def require_free(self, former: BundlePlaces | None = None, *, overwrite: bool = False) -> None:
        """Refuse places where something stands that isn't the run's.

        Args:
            former: Places of the run that is resumed, whose bundles are its own; `None` for a new run.
            overwrite: Whether bundles of others may be replaced.

        Raises:
            RunFolderError: Something does.
        """
        own = {_resolved(place.of(1)) for place in former._used.values()} if former else set()
        for field, place in self._used.items():
            # `best` and `export` stand and fall with the run that is in the folder.
            if place.name != BUNDLE_DIRS[field] or place.is_numbered:
                may_replace = overwrite or _resolved(place.of(1)) in own
                place.require_free(field, may_replace=may_replace, resumes=former is not None)

    def note_former(self) -> None:
        """Take note of the bundles that stand in the folders of epochs: a new run replaces them all."""
        self._former = [
            (place, epoch, path.stat().st_ino)
            for place in self._used.values()
            if place.is_numbered
            for epoch, path in place.standing().items()
        ]

    def remove_former(self) -> None:
        """Remove old bundles that the new run hasn't replaced, so that none of them counts as its own."""
        for place, epoch, number in self._former:
            path = place.of(epoch)
            if path.exists() and path.stat().st_ino == number:
                place.remove(epoch)
        self._former = []

    def besides(self, others: BundlePlaces) -> list[Path]:
        """Return the bundles that stand in these places and not in those of another run."""
        theirs = {_resolved(place.of(1)) for place in others._used.values()}
        named = [place for field, place in self._used.items() if place.name != BUNDLE_DIRS[field]]
        own = [place for place in named if _resolved(place.of(1)) not in theirs]
        return [path for place in own for path in place.standing().values() if path.is_dir() and not _other_file(path)]


def _may_meet(place: BundlePlace, other: BundlePlace) -> bool:
    """Whether the folder of one may lie in that of the other, in the same epoch or in another one."""
    if not place.is_numbered and other.is_numbered:
        return any(_resolved(place.of(0)).is_relative_to(path) for path in _parents_like(place, other))
    return any(_resolved(place.of(epoch)).is_relative_to(_resolved(other.of(epoch))) for epoch in (1, 123456))


def _parents_like(place: BundlePlace, numbered: BundlePlace) -> list[Path]:
    """The folders of epochs of a numbered place that the folder of another one names or lies in."""
    pattern = "([0-9]{1,9})".join(map(re.escape, numbered.literal_parts(_resolved(place.root))))
    path = _resolved(place.of(0))
    return [folder for folder in (path, *path.parents) if re.fullmatch(pattern, str(folder))]


def _other_file(folder: Path) -> str:
    """Return a file in a folder that is no part of a bundle."""
    known = re.compile(rf"{BUNDLE}|{SYSTEMS}")
    return next((file.name for file in folder.iterdir() if not known.fullmatch(file.name)), "")


def _resolved(path: Path) -> Path:
    try:
        return path.resolve()
    except (OSError, RuntimeError):  # the latter for a circle, up to Python 3.12
        return path.absolute()
