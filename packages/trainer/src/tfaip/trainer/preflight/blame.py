"""From an error to the place in the scenario's own code that it comes from."""

from __future__ import annotations

import difflib
import inspect
import re
import site
import sysconfig
import traceback
from collections.abc import Mapping
from pathlib import Path
from types import FrameType
from typing import Any

__all__ = ["explained"]

_OUR_MODULES = re.compile(r"tfaip\.(params|pipeline|model|predict|trainer)\.(?!testing)")
# What TensorFlow writes before its messages, and after them.
_NODE_NAMES = re.compile(r"\{\{.*?\}\} ?| \[Op:\w+\].*$")
_WHILE_TRACED = "tensors have no values while a graph is traced: use keras.ops, not NumPy or Python's own functions"

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
    where = "" if _is_ours(error) else _place(error, scenario_module)
    lines = [f"{where}: {_text(error)}" if where else _text(error)]
    if isinstance(error, KeyError) and error.args and not _is_ours(error):
        lines.extend(_known(str(error.args[0]), names))
    # The pipeline notes which sample it was.
    lines.extend(note for note in getattr(error, "__notes__", ()) if len(note) < 300)
    return "\n  ".join(lines)


def _text(error: BaseException) -> str:
    # A KeyError shows the repr of what it is told, whatever that is.
    told = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    text = _NODE_NAMES.sub("", told.strip().split("\n\n")[0])
    if _is_ours(error):
        return text
    if isinstance(error, KeyError):
        return f"there is no {text!r}"
    hint = f"\n  {_WHILE_TRACED}" if "SymbolicTensor" in text else ""
    return f"{type(error).__name__}: {text}{hint}"


def _is_ours(error: BaseException) -> bool:
    """Whether the package itself refused something: its message says all, also whose mistake it is."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    module = frames[-1].f_globals.get("__name__", "") if frames else type(error).__module__
    return bool(_OUR_MODULES.match(module))


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
