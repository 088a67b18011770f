"""Modules that are imported when something is looked up in them: the names of slow libraries at the top of a file.

Internal API between the packages.
"""

from __future__ import annotations

import importlib
import sys
from types import ModuleType
from typing import Any

from tfaip.params import MissingExtraError

__all__ = ["loaded_later"]


class _LoadedLater(ModuleType):
    """Looks like the module, and imports it at the first look at one of its attributes.

    The import system doesn't know it: `sys.modules` holds the module itself, or nothing.
    """

    def __init__(self, name: str, extra: str) -> None:
        super().__init__(name)
        vars(self)["__extra"] = extra

    def __getattr__(self, name: str) -> Any:
        # Tools that only look around, such as inspect, ask for attributes of the import system.
        if name in ("__path__", "__file__", "__wrapped__") and self.__name__ not in sys.modules:
            raise AttributeError(f"module {self.__name__!r} has no attribute {name!r} before it is loaded")
        found = getattr(self.__load(), name)
        if isinstance(found, ModuleType):  # other values may be replaced there
            vars(self)[name] = found
        return found

    def __setattr__(self, name: str, value: Any) -> None:
        setattr(self.__load(), name, value)

    def __dir__(self) -> list[str]:
        return dir(self.__load())

    def __repr__(self) -> str:
        return f"<module {self.__name__!r}, loaded when it is used>"

    def __reduce__(self) -> tuple[Any, ...]:
        return loaded_later, (self.__name__, vars(self)["__extra"])

    def __load(self) -> ModuleType:
        try:
            return importlib.import_module(self.__name__)
        except ModuleNotFoundError as error:
            if error.name != self.__name__ or not vars(self)["__extra"]:
                raise
            raise MissingExtraError(self.__name__, vars(self)["__extra"]) from None


def loaded_later(name: str, extra: str = "") -> ModuleType:
    """Return the module, if it has been imported; else one that imports it when it is used.

    Args:
        name: Name of the module.
        extra: Extra that installs it, such as `tfaip-model[tf]`; the error names it where the module is missing.
    """
    return sys.modules.get(name) or _LoadedLater(name, extra)
