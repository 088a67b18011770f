"""From the place of a module, dotted or a path of the file system, to the name under which it is imported."""

from __future__ import annotations

import ast
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tfaip.model.scenario.not_found import ScenarioNotFoundError
from tfaip.params.suggestions import nearest
from tfaip.params.trust.locating import locate
from tfaip.params.trust.preferred import prefer

__all__ = ["ModulePlace", "module_place"]


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

    A path below the current folder or an entry of `sys.path` becomes the dotted name that it has there. For any other,
    the folder of its outermost package joins `sys.path` at its end, so that it has a name that worker processes can
    import too. A module of another place with that name is passed over, in worker processes too.

    Raises:
        ScenarioNotFoundError: The text is a path where nothing is, or of what can't be imported.
    """
    if "/" not in text and text not in (".", "..") and not text.endswith(".py"):
        return ModulePlace(text)
    path = _existing(Path(text).expanduser())
    if path is None:
        if Path(text).is_absolute() or text.startswith((".", "~")):
            raise ScenarioNotFoundError(f"there is no file or folder {text}{_beside(Path(text).expanduser())}")
        return ModulePlace(text.strip("/").removesuffix(".py").replace("/", "."))
    file = _file_of(path.resolve())
    root = _known_root(file) or _new_root(file)
    parts = file.relative_to(root).with_suffix("").parts
    parts = parts[:-1] if parts[-1] == "__init__" else parts
    if wrong := [part for part in parts if not part.isidentifier()]:
        raise ScenarioNotFoundError(
            f"{text} can't be imported by its name: {wrong[0]!r} must be letters, digits and underscores; rename it"
        )
    _prefer(parts, root, file)
    return ModulePlace(".".join(parts), file)


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
    for name in ("__init__.py", "scenario.py"):
        if (path / name).is_file():
            return path / name
    files = sorted(file.name for file in path.glob("*.py"))
    hint = f"; name one of its files: {', '.join(files[:8])}" if files else ""
    raise ScenarioNotFoundError(f"the folder {path} holds no scenario.py{hint}")


def _known_root(file: Path) -> Path | None:
    """The nearest folder above the file that is searched for modules and not itself inside of a package."""
    searched = {Path(entry or ".").resolve() for entry in sys.path}
    found = [folder for folder in file.parents if folder in searched and not (folder / "__init__.py").is_file()]
    # A folder that is searched because a script was started in it is seldom meant to be the root of the names.
    return next((folder for folder in found if folder != file.parent), found[0] if found else None)


def _new_root(file: Path) -> Path:
    """The folder that holds the outermost package of the file; it joins `sys.path` unless Python shall be careful."""
    root = file.parent
    for _ in range(_relative_depth(file)):
        root = root.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    if not sys.flags.safe_path:
        sys.path.append(str(root))
    return root


def _relative_depth(file: Path) -> int:
    """How many folders up the relative imports of a file reach; a folder needs no __init__.py to be a package."""
    try:
        tree = ast.parse(file.read_bytes())
    except (SyntaxError, ValueError):
        return 0  # the import says it better
    return max((node.level for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)), default=0)


def _beside(path: Path) -> str:
    """Suggest what stands beside the first part of a path that does not exist."""
    missing = next((p for p in (path, *path.parents) if p.parent.is_dir() and not p.exists()), None)
    if missing is None:
        return ""
    close = nearest(missing.name, (entry.name for entry in missing.parent.iterdir()))
    rest = path.relative_to(missing)
    return ", did you mean " + " or ".join(str(missing.with_name(name) / rest) for name in close) + "?" if close else ""
