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


def uses_name(classes: Sequence[type], name: str, *, but: Any) -> bool:
    """Whether a method of the classes calls or reads something by that name.

    Args:
        classes: The classes.
        name: The name.
        but: The method of that name itself, which may call `super()`.
    """
    own = {id(code) for code in _codes(but)}
    codes = (code for cls in classes for value in vars(cls).values() for code in _codes(value))
    return any(name in code.co_names and id(code) not in own for code in codes)


def reads_of_former_params(classes: Sequence[type]) -> str | None:
    """Return where the classes read `self._params`; `None` where they don't, or where one of them defines it."""
    codes = [code for cls in classes for value in vars(cls).values() for code in _codes(value)]
    named = [code for code in codes if _FORMER in code.co_names]
    if not named or any({_FORMER, "__getattr__", "__getattribute__"} & set(vars(cls)) for cls in classes):
        return None
    if any(_FORMER in code.co_consts for code in codes) or any(_stores(code) for code in named):
        return None
    return next((where for code in named if (where := _read(code))), None)


def _stores(code: CodeType) -> bool:
    return any(step.opname == "STORE_ATTR" and step.argval == _FORMER for step in dis.get_instructions(code))


def _read(code: CodeType) -> str | None:
    line, before = code.co_firstlineno, None
    for step in dis.get_instructions(code):
        line = step.positions.lineno or line if step.positions else line
        if step.opname in ("LOAD_ATTR", "LOAD_METHOD") and step.argval == _FORMER and _is_self(before, code):
            return f"{code.co_filename}:{line}"
        before = step
    return None


def _is_self(step: dis.Instruction | None, code: CodeType) -> bool:
    if step is None or not step.opname.startswith("LOAD_"):
        return False
    # Python 3.13 loads two variables by one instruction.
    last = step.argval[-1] if isinstance(step.argval, tuple) else step.argval
    return bool(last == "self" or last in code.co_varnames[:1])


def _codes(value: Any) -> Iterator[CodeType]:
    """The code of a method, and of the functions within."""
    if isinstance(value, property):
        functions = [value.fget, value.fset]
    else:
        functions = [value.func if isinstance(value, functools.cached_property) else getattr(value, "__func__", value)]
    for function in functions:
        code = getattr(inspect.unwrap(function), "__code__", None) if callable(function) else None
        if isinstance(code, CodeType):
            yield from _with_inner(code)


def _with_inner(code: CodeType) -> Iterator[CodeType]:
    yield code
    for constant in code.co_consts:
        if isinstance(constant, CodeType):
            yield from _with_inner(constant)
