"""The folder that the dotted name of a file starts from."""

from __future__ import annotations

import ast
import sys
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path

from tfaip.params.trust.locating import locate

__all__ = ["own_root_folder", "root_folder"]


def root_folder(file: Path) -> Path:
    """Return the folder from which the modules of a file are imported, its own and those beside it.

    It is the first of four. 1. The folder that the absolute imports of its package start from. 2. The folder above it
    that holds a module which the file imports and which nothing else provides. 3. A folder above it that is searched
    for modules. 4. The folder of its outermost package.
    """
    return _of_own_imports(file) or _of_missing_imports(file) or _searched(file) or _of_package(file)


def own_root_folder(file: Path) -> Path:
    """Return the same, whatever is searched for modules: it doesn't depend on the current folder."""
    return _of_own_imports(file) or _of_package(file)


def _of_own_imports(file: Path) -> Path | None:
    """`from shapes.data import ...` in shapes/model.py: the folder that holds `shapes`."""
    beside = sorted(path for path in file.parent.glob("*.py") if path != file)
    for imported in (name for path in (file, *beside) for name in _imports(path)):
        top = imported.partition(".")[0]
        for folder in file.parents:
            if folder.name == top and _is_module(folder.parent, imported):
                return folder.parent
    return None


def _of_missing_imports(file: Path) -> Path | None:
    """`import helpers` in experiments/first.py: the folder that holds `helpers`, unless it is found anyway."""
    for top in dict.fromkeys(name.partition(".")[0] for name in _imports(file)):
        if top in sys.stdlib_module_names or locate(top) is not None:
            continue
        holding = next((folder for folder in file.parents if _is_module(folder, top)), None)
        # Not above a package: its modules have names that start from where the package is.
        if holding is not None and not (holding / "__init__.py").is_file():
            return holding
    return None


def _searched(file: Path) -> Path | None:
    """The nearest folder above the file that is searched for modules and not itself inside of a package."""
    searched = {Path(entry or ".").resolve() for entry in sys.path}
    found = [folder for folder in file.parents if folder in searched and not (folder / "__init__.py").is_file()]
    # A folder that is searched because a script was started in it is seldom meant to be the root of the names.
    return next((folder for folder in found if folder != file.parent), found[0] if found else None)


def _of_package(file: Path) -> Path:
    root = file.parent
    for _ in range(max(_levels(file), default=0)):
        root = root.parent
    while (root / "__init__.py").is_file():
        root = root.parent
    return root


def _is_module(folder: Path, name: str) -> bool:
    """Whether a folder holds the code of a module by this dotted name; a folder without code is none."""
    path = folder.joinpath(*name.split("."))
    return path.with_name(f"{path.name}.py").is_file() or (path.is_dir() and next(path.glob("*.py"), None) is not None)


def _imports(file: Path) -> Iterator[str]:
    """Names of the modules that a file imports by absolute names."""
    for node in _import_nodes(file):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif node.level == 0 and node.module:
            yield node.module


def _levels(file: Path) -> Iterator[int]:
    """How many folders up the relative imports reach; a folder needs no __init__.py to be a package."""
    return (node.level for node in _import_nodes(file) if isinstance(node, ast.ImportFrom))


@lru_cache(maxsize=64)
def _import_nodes(file: Path) -> tuple[ast.Import | ast.ImportFrom, ...]:
    try:
        tree = ast.parse(file.read_bytes())
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError):
        return ()  # the import says it better
    return tuple(node for node in ast.walk(tree) if isinstance(node, ast.Import | ast.ImportFrom))
