"""From an error to the place in the scenario's own code that it comes from."""

from __future__ import annotations

import difflib
import inspect
import site
import sysconfig
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["explained"]

# Where the code of others lives: the standard library and what is installed.
_INSTALLED = tuple(
    {*site.getsitepackages(), site.getusersitepackages(), *map(str, map(sysconfig.get_path, ("stdlib", "platstdlib")))}
)


def explained(error: BaseException, scenario_module: str, names: Mapping[str, list[str]]) -> str:
    """Return what went wrong and where, in a few lines.

    Args:
        error: As it was caught, with its traceback.
        scenario_module: Module of the scenario; the code of its package is the user's, even where it is installed.
        names: Names that hooks can use, by what they are names of (`inputs`, `targets`, `outputs`).
    """
    where = _place(error, scenario_module)
    lines = [f"{where}: {_text(error)}" if where else _text(error)]
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str):
        lines.extend(_known(error.args[0], names))
    # The pipeline notes which sample it was.
    lines.extend(note for note in getattr(error, "__notes__", ()) if len(note) < 300)
    return "\n  ".join(lines)


def _text(error: BaseException) -> str:
    if isinstance(error, KeyError) and error.args and isinstance(error.args[0], str) and " " not in error.args[0]:
        return f"there is no {error.args[0]!r}"
    text = str(error).strip().split("\n\n")[0]
    # Errors of our own say all; of others, the kind is half of what they say.
    return text if type(error).__module__.startswith("tfaip.") else f"{type(error).__name__}: {text}"


def _known(missing: str, names: Mapping[str, list[str]]) -> list[str]:
    known = [f"{what}: {', '.join(keys)}" for what, keys in names.items() if keys]
    near = difflib.get_close_matches(missing, sorted({key for keys in names.values() for key in keys}), n=1)
    return [*known, *(f"did you mean {name!r}?" for name in near)]


def _place(error: BaseException, scenario_module: str) -> str:
    """`Class.method (file:line)` of the innermost frame in the user's code; nothing if there is none."""
    found = ""
    for frame, line in traceback.walk_tb(error.__traceback__):
        if _is_users(frame, scenario_module):
            found = f"{_qualified_name(frame)} ({Path(frame.f_code.co_filename).name}:{line})"
    return found


def _is_users(frame: FrameType, scenario_module: str) -> bool:
    module = frame.f_globals.get("__name__", "")
    if module.startswith(scenario_module.rpartition(".")[0] or scenario_module):
        return True
    file = inspect.getsourcefile(frame) or "<"
    return not (module.startswith("tfaip.") or file.startswith(("<", *_INSTALLED)))


def _qualified_name(frame: FrameType) -> str:
    """The name with the class of the object at hand, which may be a subclass of where the method stands."""
    owner: Any = frame.f_locals.get("self", frame.f_locals.get("cls"))
    name: str = frame.f_code.co_qualname
    if owner is None or "." not in name:
        return name
    cls = owner if isinstance(owner, type) else type(owner)
    return f"{cls.__qualname__}.{name.rpartition('.')[2]}"
