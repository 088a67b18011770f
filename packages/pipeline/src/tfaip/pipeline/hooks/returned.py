"""The check of a hook's result, at the place where the framework calls the hook."""

from __future__ import annotations

import reprlib
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from tfaip.params import UserError
from tfaip.pipeline.errors import HookError

__all__ = ["described", "returned"]

T = TypeVar("T")

_SHORT = reprlib.Repr()
_SHORT.maxstring = _SHORT.maxother = 80


def returned(
    owner: object,
    hook: str,
    value: T,
    fits: type | tuple[type, ...] | Callable[[Any], bool],
    wanted: str,
    error: type[UserError] = HookError,
) -> T:
    """Return the result of a hook, or refuse it in one sentence that names class and hook.

    Args:
        owner: The object or class whose hook was called.
        hook: Name of the hook.
        value: The result.
        fits: Types of right results, or a function that tells them.
        wanted: The right result in words.
        error: Class of the error.
    """
    is_right = isinstance(value, fits) if isinstance(fits, type | tuple) else fits(value)
    if not is_right:
        cls = owner if isinstance(owner, type) else type(owner)
        raise error(f"{cls.__qualname__}.{hook} must return {wanted}, got {described(value)}")
    return value


def described(value: object) -> str:
    """A wrong result in words: short, and never the content of an array or a tensor."""
    if value is None:
        return "None: is its `return` missing?"
    if isinstance(value, type):
        return f"the class {value.__qualname__}, of which no object was made"
    if isinstance(value, str | bytes | int | float | bool):
        return _SHORT.repr(value)
    if isinstance(value, list | tuple | set | frozenset | Mapping):
        return _SHORT.repr(value) if len(value) == 0 else f"a {type(value).__qualname__}: {_SHORT.repr(value)}"
    return f"an object of the class {type(value).__qualname__}"
