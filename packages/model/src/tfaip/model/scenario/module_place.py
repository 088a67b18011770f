"""From the place of a module, dotted or a path of the file system, to the name under which it is imported."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.model.scenario.root_folder import own_root_folder, root_folder
from tfaip.params.suggestions import nearest
from tfaip.params.trust.locating import locate
from tfaip.params.trust.preferred import prefer
from tfaip.params.trust.remembered import name_place
from tfaip.params.trust.searched_last import search_last

__all__ = ["ModulePlace", "dotted_or_path", "module_place", "trusted_module"]


# The modules that a folder stands for.
_OF_A_FOLDER = ("__init__.py", "scenario.py")


@dataclass(frozen=True)
class ModulePlace:
    """A module that a user named.

    Attributes:
        name: Dotted name under which it is imported.
        file: The file that it must come from; `None` where the user named no path.
    """

    name: str
    file: Path | None = None


def module_place(text: str) -> ModulePlace:
    """Return where the module is that a user named.

    The path becomes the dotted name that it has below its `root_folder`. That folder joins `sys.path` at its end
    unless it is searched already or Python shall be careful, so that worker processes can import the name too. A
    module of another place with that name is passed over, in worker processes too.

    Raises:
        ScenarioNotFoundError: The text is a path of no file, or of a module that can't be imported.
    """
    if "/" not in text and text not in (".", "..") and not text.endswith(".py"):
        return ModulePlace(text)
    path = _existing(Path(text).expanduser())
    if path is None:
        dotted = text.strip("/").removesuffix(".py").replace("/", ".")
        is_path = Path(text).is_absolute() or text.startswith((".", "~"))
        if is_path or (text.endswith(".py") and locate(dotted) is None):
            raise ScenarioNotFoundError(f"there is no file or folder {text}{_beside(Path(text).expanduser())}")
        return ModulePlace(dotted)
    file = _file_of(path.resolve())
    return _place_below(root_folder(file), file, text)


def trusted_module(text: str) -> str:
    """Return the name of a module or package that `--trust` names by its name, or by the path of its file or folder.

    The name is the one as seen from the folder of the file. Its imports, or an `__init__.py` beside it, may tell of a
    package. A file of parameters may know it by a longer name, `folder.module`: the place counts as named, too.

    Raises:
        ScenarioNotFoundError: The text is a path of no file, or of a module that can't be imported.
    """
    if "/" not in text and not text.endswith(".py"):
        return text
    path = Path(text).expanduser()
    if not path.exists():
        raise ScenarioNotFoundError(f"--trust: there is no file or folder {text}{_beside(path)}")
    name_place(path)
    if path.is_dir() and not any((path / name).is_file() for name in _OF_A_FOLDER):
        search_last(str(path.resolve().parent))
        return path.resolve().name
    file = _file_of(path.resolve())
    return _place_below(own_root_folder(file), file, text).name.partition(".")[0]


def _place_below(root: Path, file: Path, text: str) -> ModulePlace:
    parts = _name_below(root, file)
    if wrong := [part for part in parts if not part.isidentifier()]:
        raise ScenarioNotFoundError(
            f"{text} can't be imported by its name: {wrong[0]!r} must be letters, digits and underscores; rename it"
        )
    if not sys.flags.safe_path and root not in (Path(entry or ".").resolve() for entry in sys.path):
        search_last(str(root))
    _prefer(parts, root, file)
    return ModulePlace(".".join(parts), file)


def dotted_or_path(path: Path) -> str:
    """Return what to type for a module or a folder below the current one: its dotted name, or its path.

    It is the path where the dotted name is another one than the file has below its root. Nothing is changed.
    """
    below = path.relative_to(Path.cwd())
    try:
        file = _file_of(path.resolve())
    except ScenarioNotFoundError:
        return ".".join(below.with_suffix("").parts)
    is_dotted = root_folder(file) == Path.cwd().resolve()
    return ".".join(below.with_suffix("").parts) if is_dotted else str(below)


def _name_below(root: Path, file: Path) -> tuple[str, ...]:
    parts = file.relative_to(root).with_suffix("").parts
    return parts[:-1] if parts[-1] == "__init__" else parts


def _prefer(parts: Sequence[str], root: Path, file: Path) -> None:
    """Let a name lead to the file where it leads elsewhere; but never hide what everything else may need."""
    found = locate(".".join(parts))
    if found is not None and Path(found.file).resolve() == file:
        return
    if parts[0] not in sys.modules and parts[0] not in sys.stdlib_module_names:
        prefer({parts[0]: str(root)})


def _existing(path: Path) -> Path | None:
    """The path, also where its suffix was left out."""
    return next((found for found in (path, Path(f"{path}.py")) if found.exists()), None)


def _file_of(path: Path) -> Path:
    """The module that a folder stands for: itself as a package, else its module `scenario`."""
    if path.is_file():
        return path
    for name in _OF_A_FOLDER:
        if (path / name).is_file():
            return path / name
    files = sorted(file.name for file in path.glob("*.py"))
    hint = f"; name one of its files: {', '.join(files[:8])}" if files else ""
    raise ScenarioNotFoundError(f"the folder {path} holds no scenario.py{hint}")


def _beside(path: Path) -> str:
    """Suggest what stands beside the first part of a path that does not exist."""
    missing = next((p for p in (path, *path.parents) if p.parent.is_dir() and not p.exists()), None)
    if missing is None:
        return ""
    close = nearest(missing.name, (entry.name for entry in missing.parent.iterdir()))
    rest = path.relative_to(missing)
    return ", did you mean " + " or ".join(str(missing.with_name(name) / rest) for name in close) + "?" if close else ""
