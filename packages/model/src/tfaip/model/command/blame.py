"""Finds the place in the user's own code that an error comes from."""

from __future__ import annotations

import inspect
import re
import site
import traceback
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from types import FrameType
from typing import Any

from tfaip.model.runtime.backend import whole_keras_errors
from tfaip.params import UserError
from tfaip.pipeline.hooks import Hooked, is_ours

__all__ = ["blamed", "explained"]

# TensorFlow's own words before its messages, and after them.
_NODE_NAMES = r"\{\{.*?\}\} ?| \[Op:\w+\].*$"
_WHILE_TRACED = "tensors have no values while a graph is traced: use keras.ops, not NumPy or Python's own functions"
_WORKERS_LINE = r'(?m)^  File "(.+)", line (\d+), in (.+)$'

_OUR_FILES = str(Path(__file__).parents[2]), str(Path(inspect.getfile(Hooked)).parents[2])


@contextmanager
def blamed() -> Iterator[None]:
    """Note where a mistake in the user's code is, which commands show instead of a traceback.

    It is for the objects that are built of it: data, model, graph. The error stays; its attribute `blame` holds
    the message.
    """
    try:
        with whole_keras_errors():
            yield
    except UserError:
        raise
    except Exception as error:
        if not hasattr(error, "blame") and _is_users_mistake(error):
            error.blame = explained(error, {})  # type: ignore[attr-defined]  # any exception takes attributes
        raise


def explained(error: BaseException, names: Mapping[str, list[str]]) -> str:
    """Return what went wrong and where, in a few lines.

    Args:
        error: As it was caught, with its traceback.
        names: Names that hooks can use, by their group (`inputs`, `targets`, `outputs`).
    """
    where = "" if _is_our_own(error) else _place(error)
    lines = [f"{where}: {_text(error)}" if where else _text(error)]
    if isinstance(error, KeyError) and error.args and not _is_our_own(error):
        lines.extend(_known(str(error.args[0]), names))
    # The pipeline notes which sample it was.
    lines.extend(note for note in getattr(error, "__notes__", ()) if len(note) < 300 and "\n" not in note)
    return "\n  ".join(lines)


def _text(error: BaseException) -> str:
    # A KeyError shows the repr of its argument, of any type.
    told = str(error.args[0]) if isinstance(error, KeyError) and error.args else str(error)
    text = re.sub(_NODE_NAMES, "", told.strip().split("\n\n")[0])
    if _is_our_own(error):
        return text
    if isinstance(error, SyntaxError):
        return f"SyntaxError: {error.msg}"
    if isinstance(error, KeyError):
        return f"there is no {text!r}"
    hint = f"\n  {_WHILE_TRACED}" if "SymbolicTensor" in text else ""
    return f"{type(error).__name__}: {text}{hint}"


def _is_our_own(error: BaseException) -> bool:
    """Whether the framework itself refused something: its message says all, also whose mistake it is."""
    frames = _frames(error)
    module = frames[-1][0].f_globals.get("__name__", "") if frames else type(error).__module__
    return is_ours(module) and not isinstance(error, SyntaxError) and not _place_in_worker(error)


def _is_users_mistake(error: BaseException) -> bool:
    """Whether the innermost frame that is neither Python's nor a library's is one of the user's code."""
    if isinstance(error, SyntaxError) or _place_in_worker(error):
        return bool(_place(error))
    for frame, _ in reversed(_frames(error)):
        if is_ours(frame.f_globals.get("__name__", "")):
            return False
        if _is_users(frame):
            return True
    return False


def _known(missing: str, names: Mapping[str, list[str]]) -> list[str]:
    import difflib

    known = [f"{what}: {', '.join(keys)}" for what, keys in names.items() if keys]
    near = difflib.get_close_matches(missing, sorted({key for keys in names.values() for key in keys}), n=1)
    return [*known, *(f"did you mean {name!r}?" for name in near)]


def _place(error: BaseException) -> str:
    """`Class.method (file:line)` of the innermost frame in the user's code; nothing if there is none."""
    if isinstance(error, SyntaxError):
        return (
            f"{Path(error.filename).name}:{error.lineno}" if error.filename and _is_users_file(error.filename) else ""
        )
    if place := _place_in_worker(error):
        return place
    found = ""
    for frame, line in _frames(error):
        if _is_users(frame):
            file = f"{Path(frame.f_code.co_filename).name}:{line}"
            name = _qualified_name(frame)
            found = file if name == "<module>" else f"{name} ({file})"
    return found


def _place_in_worker(error: BaseException) -> str:
    """The place that the traceback of a worker process names, which comes as a note."""
    notes = [note for note in getattr(error, "__notes__", ()) if note.startswith("Traceback of the worker")]
    lines = [line for note in notes for line in re.findall(_WORKERS_LINE, note) if _is_users_file(line[0])]
    return f"{lines[-1][2]} ({Path(lines[-1][0]).name}:{lines[-1][1]})" if lines else ""


def _frames(error: BaseException) -> list[tuple[FrameType, int]]:
    return list(traceback.walk_tb(error.__traceback__))


def _is_users(frame: FrameType) -> bool:
    module = frame.f_globals.get("__name__", "")
    if is_ours(module):
        return False
    if module.startswith("tfaip.") or module.partition(".")[0] in _packages_of_users():
        return True
    return _is_users_file(inspect.getsourcefile(frame) or "<")


def _is_users_file(file: str) -> bool:
    return not file.startswith(("<", *_installed(), *_OUR_FILES))


def _packages_of_users() -> set[str]:
    """Packages with scenarios, data, models, ...: the code of the user, even where it is installed."""
    found: list[type] = [Hooked]
    for cls in found:
        found += cls.__subclasses__()
    return {cls.__module__.partition(".")[0] for cls in found} - {"tfaip"}


def _qualified_name(frame: FrameType) -> str:
    """The name with the class of the object at hand, which may be a subclass of where the method stands."""
    owner: Any = frame.f_locals.get("self", frame.f_locals.get("cls"))
    name: str = frame.f_code.co_qualname
    if owner is None or "." not in name:
        return name
    cls = owner if isinstance(owner, type) else type(owner)
    return f"{cls.__qualname__}.{name.rpartition('.')[2]}"


@cache
def _installed() -> tuple[str, ...]:
    """The places of other people's code: the standard library and installed packages."""
    import sysconfig

    library = map(str, map(sysconfig.get_path, ("stdlib", "platstdlib")))
    return (*site.getsitepackages(), site.getusersitepackages(), *library)
