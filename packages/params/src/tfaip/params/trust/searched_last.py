"""Folders whose modules count only where nothing of their name is installed.

To stand at the end of the path isn't enough. A package without `__init__` gives way to a module of its name anywhere on
the path, and the finders of editable installations are asked behind the whole path.

Nothing may be imported here that Python has not imported before: it could come from the current folder.

Internal API between the packages.
"""

import sys
from collections.abc import Iterable, Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder

__all__ = ["search_last", "searched_last"]


class _InstalledFirst:
    """Finds what is installed, where the path would lead to a folder that is searched last."""

    folders: Mapping[str, tuple[str, ...]] = {}

    @classmethod
    def find_spec(cls, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        """The import system's question."""
        last = [folder for folder in cls.folders if folder in sys.path] if path is None else []
        here = PathFinder.find_spec(name, last) if last else None
        # Without a loader it is one more portion of a package that has no __init__.
        if here is None or (here.loader is None and not any(name in cls.folders[folder] for folder in last)):
            return None
        others = [entry for entry in sys.path if entry not in last]
        for finder in sys.meta_path:
            if finder is PathFinder:
                spec = PathFinder.find_spec(name, others)
            else:
                spec = None if finder is cls else getattr(finder, "find_spec", lambda *_: None)(name, None)
            if spec is not None:
                if spec.loader is None:  # or Python would look for portions again
                    spec.submodule_search_locations = [*(spec.submodule_search_locations or ())]
                return spec
        return None


def search_last(folder: str, withheld: Iterable[str] = ()) -> None:
    """Search a folder behind everything that is installed.

    Args:
        folder: Its absolute path, which joins `sys.path` at its end.
        withheld: Names of modules in it that are never found, neither as a portion of an installed package.
    """
    names = tuple(withheld)
    for name in names:
        loaded = sys.modules.get(name)
        if loaded is not None and getattr(loaded, "__file__", None) is None and hasattr(loaded, "__path__"):
            loaded.__path__ = [*loaded.__path__]
        if name not in sys.modules and not _is_found(name):
            sys.modules[name] = None  # type: ignore[assignment]  # the import system's own way to say that there is none
    _InstalledFirst.folders = {**_InstalledFirst.folders, folder: names}
    if _InstalledFirst not in sys.meta_path:
        place = sys.meta_path.index(PathFinder) if PathFinder in sys.meta_path else len(sys.meta_path)
        sys.meta_path.insert(place, _InstalledFirst)
    sys.path.append(folder)


def searched_last() -> dict[str, tuple[str, ...]]:
    """The folders with the names withheld of them, for other processes that must import the same."""
    return {folder: names for folder, names in _InstalledFirst.folders.items() if folder in sys.path}


def _is_found(name: str) -> bool:
    if name in sys.builtin_module_names:
        return True
    return any(getattr(finder, "find_spec", lambda *_: None)(name, None) for finder in sys.meta_path)
