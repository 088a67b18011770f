"""Where a module would be imported from, found out without running a line of it or of its parent packages.

Internal API between the packages.
"""

from __future__ import annotations

import importlib.machinery
import os
import sys
from collections.abc import Sequence
from typing import NamedTuple

from tfaip.params.trust.current_folder import is_inside
from tfaip.params.trust.installed import is_distributed, is_editable, is_installed_folder

__all__ = ["Located", "locate", "locate_below", "module_of"]


class Located(NamedTuple):
    """A module that was found.

    Attributes:
        module: Its name.
        file: Absolute path, as the import system spells it.
        place: Folder of its top-level package, or the file where it is in none.
        has_source: Whether the file holds Python code as text.
        folders: Of a package without `__init__`, which may consist of several; the file is the first one then.
    """

    module: str
    file: str
    place: str
    has_source: bool
    folders: tuple[str, ...] = ()

    @property
    def is_installed(self) -> bool:
        """Whether an installed distribution, `PYTHONPATH` or a `.pth` file vouches for the place."""
        entry, file = os.path.dirname(self.place), os.path.realpath(self.file)
        if is_installed_folder(entry) or is_editable(self.module, file):
            return True
        on_path = [os.path.realpath(known) for known in sys.path if known]
        is_current = os.path.realpath(entry) == os.path.realpath(os.curdir)
        return os.path.realpath(entry) in on_path and not is_current and is_distributed(file, entry)

    def is_same_file(self, other: Located) -> bool:
        """Whether both are one file, symlinks followed."""
        return os.path.realpath(self.file) == os.path.realpath(other.file)


class _Found(NamedTuple):
    file: str
    folders: list[str]
    has_source: bool


def locate(module: str) -> Located | None:
    """The place that `import module` would import from, or has imported from; `None` where there is none.

    `importlib.util.find_spec` would import the parent packages, so we walk by ourselves.
    """
    top, *rest = module.split(".")
    return _walk(module, _loaded(top) or _find_top_level(top), rest)


def locate_below(folder: str, module: str) -> Located | None:
    """The place of a module if one folder were all that is searched."""
    top, *rest = module.split(".")
    return _walk(module, _found(importlib.machinery.PathFinder.find_spec(top, [folder])), rest, use_loaded=False)


def module_of(name: str) -> str:
    """The part of a tag (`module:Class`) or scenario that names the module."""
    return name.partition(":")[0]


def _walk(module: str, top: _Found | None, rest: Sequence[str], *, use_loaded: bool = True) -> Located | None:
    found, name = top, module.partition(".")[0]
    for part in rest:
        if found is None:
            return None
        name = f"{name}.{part}"
        # By its last part alone: for a full name, a folder without __init__ asks for its imported parent.
        spec = importlib.machinery.PathFinder.find_spec(part, found.folders)
        found = (_loaded(name) if use_loaded else None) or _found(spec)
    if found is None or top is None:
        return None
    if not found.file:  # a folder without __init__
        folders = tuple(found.folders)
        return Located(module, folders[0], _place_of(top, folders[0]), False, folders) if folders else None
    return Located(module, found.file, _place_of(top, found.file), found.has_source)


def _place_of(top: _Found, file: str) -> str:
    """The folder of the top-level package that the file is in; a package may consist of several."""
    if not top.folders:
        return top.file
    return next((folder for folder in top.folders if is_inside(file, folder)), top.folders[0])


def _loaded(name: str) -> _Found | None:
    module = sys.modules.get(name)
    spec = getattr(module, "__spec__", None)
    if spec is None:
        return None
    found = _found(spec)
    # A package may have changed where its modules are.
    return found and found._replace(folders=[str(folder) for folder in getattr(module, "__path__", ())])


def _find_top_level(name: str) -> _Found | None:
    for finder in sys.meta_path:
        # Finders look, but import nothing.
        if spec := getattr(finder, "find_spec", lambda *_: None)(name, None):
            return _found(spec)
    return None


def _found(spec: importlib.machinery.ModuleSpec | None) -> _Found | None:
    if spec is None:
        return None
    folders = [os.path.abspath(folder) for folder in spec.submodule_search_locations or ()]
    file = os.path.abspath(spec.origin) if spec.has_location and spec.origin else ""
    return _Found(file, folders, isinstance(spec.loader, importlib.machinery.SourceFileLoader))
