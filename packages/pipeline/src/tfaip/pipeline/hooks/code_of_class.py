"""Which names does the code of a class use?"""

from __future__ import annotations

import dis
import functools
import inspect
from collections.abc import Iterator, Sequence
from types import CodeType
from typing import Any

__all__ = ["reads_of_former_params", "uses_name"]

_FORMER = "_params"
_SETS_ANY_NAME = {"setattr", "__setattr__", "__dict__", "vars"}


def uses_name(classes: Sequence[type], name: str, *, but: Any) -> bool:
    """Whether the classes call or read a method by that name, or define it under another name too.

    Args:
        classes: The classes.
        name: The name.
        but: The method of that name itself, which may call `super()`.
    """
    members = [(key, value) for cls in classes for key, value in vars(cls).items()]
    if any(value is but and key != name for key, value in members):
        return True
    own = {id(code) for code, _ in _codes(but)}
    codes = (code for _, value in members for code, _ in _codes(value) if id(code) not in own)
    return any(name in code.co_names or name in _constants(code) for code in codes)


def reads_of_former_params(classes: Sequence[type]) -> str | None:
    """Return where the classes read `self._params`; `None` where they don't, or where one of them defines it."""
    codes = [each for cls in classes for value in vars(cls).values() for each in _codes(value)]
    named = [(code, instance) for code, instance in codes if _FORMER in code.co_names]
    if not named or any({_FORMER, "__getattr__", "__getattribute__"} & set(vars(cls)) for cls in classes):
        return None
    if any(_FORMER in _constants(code) or _SETS_ANY_NAME & set(code.co_names) for code, _ in codes):
        return None  # it may define it; reading it is answered later, where it does not
    if any(_stores(code) for code, _ in named):
        return None
    return next((where for code, instance in named if (where := _read(code, instance))), None)


def _stores(code: CodeType) -> bool:
    return any(step.opname == "STORE_ATTR" and step.argval == _FORMER for step in dis.get_instructions(code))


def _read(code: CodeType, instance: str | None) -> str | None:
    if instance is None or "AttributeError" in code.co_names:  # code for both versions catches it
        return None
    line, before = code.co_firstlineno, None
    for step in dis.get_instructions(code):
        line = step.positions.lineno or line if step.positions else line
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and step.argval == _FORMER and _loads(before, instance):
            return f"{code.co_filename}:{line}"
        before = step
    return None


def _loads(step: dis.Instruction | None, variable: str) -> bool:
    if step is None or "LOAD_" not in step.opname:
        return False
    # Python 3.13 loads two variables by one instruction, or stores one and loads the other (STORE_FAST_LOAD_FAST).
    return bool((step.argval[-1] if isinstance(step.argval, tuple) else step.argval) == variable)


def _constants(code: CodeType) -> set[str]:
    """The texts in a code, such as names for `getattr` and those of keywords."""
    groups = [constant if isinstance(constant, tuple) else (constant,) for constant in code.co_consts]
    return {text for group in groups for text in group if isinstance(text, str)}


def _codes(value: Any) -> Iterator[tuple[CodeType, str | None]]:
    """The code of a method, and of the functions within, each with its name of the object; `None` if it has none."""
    if isinstance(value, property):
        functions = [value.fget, value.fset]
    elif isinstance(value, classmethod | staticmethod):
        functions = [value.__func__]
    else:
        functions = [value.func if isinstance(value, functools.cached_property) else value]
    for function in functions:
        try:
            code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
        except ValueError:  # `unittest.mock.call` wraps itself
            continue
        if isinstance(code, CodeType):
            has_instance = code.co_argcount > 0 and not isinstance(value, staticmethod)
            yield from _with_inner(code, code.co_varnames[0] if has_instance else None)


def _with_inner(code: CodeType, instance: str | None) -> Iterator[tuple[CodeType, str | None]]:
    yield code, instance
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant, instance if instance in constant.co_freevars else None)
