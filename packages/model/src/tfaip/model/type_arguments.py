"""The arguments by which a class names what its generic base is about."""

from __future__ import annotations

import typing
from typing import Any, TypeVar

__all__ = ["type_argument"]


def type_argument(cls: type, position: int) -> Any:
    """Return the argument at `position` of the nearest generic base of `cls` that names one, else `None`."""
    for ancestor in cls.__mro__:
        for base in ancestor.__dict__.get("__orig_bases__", ()):
            arguments = typing.get_args(base)
            if len(arguments) > position and not isinstance(arguments[position], TypeVar):
                return arguments[position]
    return None
