"""Modules that moved can be imported by their former names for a while, with a warning that tells the new ones."""

from __future__ import annotations

import sys
import warnings
from importlib import import_module
from importlib.machinery import ModuleSpec

# Importing `typing` at the start of each program would take longer than all else here.
TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType
    from typing import Any

__all__ = ["find_moved_modules"]

NAMESPACE = "tfaip"
TABLE = "former_modules"


def find_moved_modules() -> None:
    """Let the import system look for a module of `tfaip`, once it isn't found, in its package's `former_modules`.

    `tfaip.PACKAGE.former_modules` holds `FORMER_MODULES`: from each former name to the module that holds its names now,
    or to several modules. Importing the former name gives the new module itself, so that replacing an attribute for a
    test works as well. Where a package moved, all its modules did.
    """
    if not any(isinstance(finder, _MovedModules) for finder in sys.meta_path):
        sys.meta_path.append(_MovedModules())


class _MovedModules:
    """The last finder of the import system: modules that others find cost nothing here."""

    def find_spec(self, name: str, path: Sequence[str] | None = None, target: object = None) -> ModuleSpec | None:
        del path, target
        namespace, _, rest = name.partition(".")
        package, _, module = rest.partition(".")
        if namespace != NAMESPACE or not module or module == TABLE:
            return None
        try:
            table = import_module(f"{NAMESPACE}.{package}.{TABLE}")
        except ModuleNotFoundError:
            return None
        places = _places(table.FORMER_MODULES, name)
        if not places:
            return None
        loader: Any = _MovedModule(places)
        return ModuleSpec(name, loader)


def _places(table: dict[str, str | Sequence[str]], name: str) -> Sequence[str]:
    """The modules that hold the names of one that moved, alone or with its package; none where it didn't."""
    if name in table:
        moved = table[name]
        return (moved,) if isinstance(moved, str) else moved
    parent, _, last = name.rpartition(".")
    above = table.get(parent)
    if not isinstance(above, str):
        return ()
    try:
        import_module(f"{above}.{last}")
    except ModuleNotFoundError:
        return ()
    return (f"{above}.{last}",)


class _MovedModule:
    def __init__(self, places: Sequence[str]) -> None:
        self._places = places

    def create_module(self, spec: ModuleSpec) -> None:
        pass

    def exec_module(self, module: ModuleType) -> None:
        name, places = module.__name__, " and ".join(self._places)
        warnings.warn(
            f"the module {name} moved: import its names from {places}, or from the package where they are public",
            DeprecationWarning,
            stacklevel=2,
        )
        modules = [import_module(place) for place in self._places]
        if hasattr(modules[0], "__path__"):
            # By the path of the new package, the import system would load its modules a second time.
            vars(module).update(__path__=[], __getattr__=modules[0].__getattribute__, __doc__=modules[0].__doc__)
            return
        if len(modules) == 1:
            # The import system hands out what stands here once this function has returned.
            sys.modules[name] = modules[0]
            return
        for source in modules:
            names = getattr(source, "__all__", None) or [name for name in vars(source) if not name.startswith("_")]
            vars(module).update({name: getattr(source, name) for name in names})
