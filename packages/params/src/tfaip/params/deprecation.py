"""Deprecated functions and classes: they still work, and each use warns and names the successor."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from typing import Any, TypeVar

from tfaip.params.errors import DefinitionError

__all__ = ["deprecated"]

T = TypeVar("T", bound=Callable[..., Any])
_VERSION = re.compile(r"(\d+)\.(\d+)")
_MINORS = 2
"""A deprecated name warns in at least so many minor versions, as docs/versions.md promises."""


def deprecated(successor: str, *, since: str, removed: str) -> Callable[[T], T]:
    """Mark a function, method or class as deprecated: its use is a `DeprecationWarning` that names the successor.

    A call warns at the line of the caller. So does an instance of a class, or a class that derives from it.

    Args:
        successor: Name to use instead, with its module.
        since: Version of the package that deprecates the name, as `"0.3"`.
        removed: Version that will not have the name any more: two minor versions later at least, or a new major one.

    Raises:
        DefinitionError: The successor is empty, the versions are malformed or too close to each other, or the decorator
            stands above `property`, `classmethod` or `staticmethod`.
    """
    if not successor.strip():
        raise DefinitionError("deprecated needs the name of the successor, got none")
    first, last = _version("since", since), _version("removed", removed)
    if not (last[0] > first[0] or (last[0] == first[0] and last[1] >= first[1] + _MINORS)):
        raise DefinitionError(
            f"a deprecated name warns in at least {_MINORS} minor versions: removed must be "
            f"{first[0]}.{first[1] + _MINORS} or later, got {removed!r} (deprecated since {since})"
        )

    def mark(target: T) -> T:
        if isinstance(target, classmethod | staticmethod | property):
            raise DefinitionError(f"@deprecated stands below @{type(target).__name__}, next to the function")
        name = f"{target.__module__}.{target.__qualname__}"
        message = f"{name} is deprecated since version {since} and will be removed in {removed}: use {successor}"
        marked: T = _pep_702()(message)(target)
        return marked

    return mark


def _version(argument: str, value: str) -> tuple[int, int]:
    found = _VERSION.fullmatch(value)
    if not found:
        raise DefinitionError(f"{argument} must be a minor version such as '0.3', got {value!r}")
    return int(found[1]), int(found[2])


def _pep_702() -> Any:
    # Only where something is deprecated: typing_extensions takes longer to import than this package.
    if sys.version_info >= (3, 13):
        from warnings import deprecated as decorator
    else:
        from typing_extensions import deprecated as decorator
    return decorator
