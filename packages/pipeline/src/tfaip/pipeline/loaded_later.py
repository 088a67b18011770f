"""Modules that are imported when something is looked up in them: the names of slow libraries at the top of a file.

Internal API between the packages.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

__all__ = ["loaded_later"]


class _LoadedLater(ModuleType):
    """Looks like the module, and imports it at the first look at one of its attributes.

    The import system doesn't know it: `sys.modules` holds the module itself, or nothing.
    """

    def __getattr__(self, name: str) -> Any:
        # Tools that only look around, such as inspect, ask for attributes of the import system.
        if name in ("__path__", "__file__", "__wrapped__") and self.__name__ not in sys.modules:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} before it is loaded")
        found = getattr(importlib.import_module(self.__name__), name)
        if isinstance(found, ModuleType):  # other values may be replaced there
            vars(self)[name] = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(importlib.import_module(self.__name__), name, value)

    def __dir__(self) -> list[str]:
        return dir(importlib.import_module(self.__name__))

    def __repr__(self) -> str:
        return f"<module {self.__name__!r}, loaded when it is used>"

    def __reduce__(self) -> tuple[Any, ...]:
        return loaded_later, (self.__name__,)


def loaded_later(name: str) -> ModuleType:
    """Return the module, if it has been imported; else one that imports it when it is used."""
    return sys.modules.get(name) or _LoadedLater(name)
