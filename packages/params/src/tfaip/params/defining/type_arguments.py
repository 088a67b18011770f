"""The arguments by which a class names the subject of its generic base.

Internal API between the packages.
"""

from __future__ import annotations

import typing
from typing import Any, TypeVar

__all__ = ["type_argument"]


def type_argument(cls: type, position: int, *, of: type | None = None) -> Any:
    """Return what `cls` fills in for a type variable of a generic class above it, else `None`.

    Args:
        cls: The class that names its arguments, or inherits them.
        position: The type variable.
        of: The generic class; default: the farthest one above `cls`.
    """
    of = of or next((base for base in reversed(cls.__mro__) if getattr(base, "__parameters__", ())), None)
    if of is None or position >= len(getattr(of, "__parameters__", ())):
        return None
    found = _resolve(cls, of, of.__parameters__[position])  # type: ignore[attr-defined]  # checked above
    return None if isinstance(found, TypeVar) else found


def _resolve(cls: type, of: type, variable: TypeVar) -> Any:
    """Return the argument for `variable` of the class `of` in `cls`; a type variable where it is still open."""
    if cls is of:
        return variable
    for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
        origin = typing.get_origin(base) or base
        if not (isinstance(origin, type) and issubclass(origin, of)):
            continue
        found = _resolve(origin, of, variable)
        if isinstance(found, TypeVar):
            given = dict(zip(getattr(origin, "__parameters__", ()), typing.get_args(base), strict=False))
            found = given.get(found, found)
        return found
    return variable
