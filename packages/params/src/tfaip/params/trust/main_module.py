"""Definitions of `__main__`: those of a notebook or a prompt belong to the caller, those of a script to a program.

Internal API between the packages.
"""

from __future__ import annotations

import sys
from typing import Any

__all__ = ["MAIN", "is_defined_in_main", "is_interactive", "is_main", "module_name_of", "named_in_main"]

MAIN = "__main__"

# A process that `multiprocessing` spawns imports the script under this name, and calls it __main__ too.
_SPAWNED = "__mp_main__"


def is_main(module: object) -> bool:
    """Whether the name of a module is that of the script, notebook or prompt itself."""
    return module in (MAIN, _SPAWNED)


def module_name_of(cls: type) -> str:
    """The name of a class' module, by which files know it: one name for `__main__`."""
    return MAIN if cls.__module__ == _SPAWNED else cls.__module__


def is_interactive() -> bool:
    """Whether somebody types the definitions of `__main__`: in a notebook's kernel, in IPython, at Python's prompt.

    A script that IPython runs (`%run`) has a `__main__` of its own, and is a script.
    """
    ipython = sys.modules.get("IPython")
    shell = ipython.get_ipython() if ipython else None
    if shell is not None:
        return getattr(shell, "user_module", None) is sys.modules.get(MAIN)
    return hasattr(sys, "ps1")


def is_defined_in_main(thing: object) -> bool:
    """Whether a class or function is defined in `__main__`, rather than imported there."""
    return is_main(getattr(thing, "__module__", None)) and hasattr(thing, "__qualname__")


def named_in_main(qualname: str) -> Any:
    """The class or function that `__main__` defines by a name; None for all that it only imports."""
    found: Any = sys.modules.get(MAIN)
    for name in qualname.split("."):
        found = vars(found).get(name) if hasattr(found, "__dict__") else None
    found = found.__func__ if isinstance(found, staticmethod) else found
    return found if is_defined_in_main(found) and found.__qualname__ == qualname else None
