"""Attributes that a params class doesn't declare are refused, as slots would, and caches aren't copied."""

from __future__ import annotations

import functools
from typing import Any

import attrs

__all__ = ["is_frozen", "leave_caches_out", "refuse_unknown_attributes"]


@attrs.frozen(slots=False)
class _Frozen:
    """An example."""


def is_frozen(cls: type[Any]) -> bool:
    """Whether instances of a class can't be changed, as attrs makes them."""
    setter: Any = cls.__setattr__
    return setter is _Frozen.__setattr__


def refuse_unknown_attributes(cls: type[Any]) -> None:
    """Let instances of a class take no other attributes than its fields and those with a setter.

    A base class of another kind, without `__slots__`, allows them: its methods may set some.
    """
    names = _names(cls)
    if any(_is_open(base) for base in cls.__mro__[1:-1]):
        return
    assign: Any = cls.__setattr__

    def assign_known(self: Any, name: str, value: Any) -> None:
        if name not in names and type(self) is cls and not hasattr(getattr(cls, name, None), "__set__"):
            raise AttributeError(f"{cls.__name__!r} object has no attribute {name!r}", name=name, obj=self)
        assign(self, name, value)

    setattr(cls, "__setattr__", assign_known)  # noqa: B010 - as attrs does; checkers refuse the assignment


def _is_open(base: type[Any]) -> bool:
    declares = "__slots__" in vars(base) or "__attrs_attrs__" in vars(base)
    return not declares and base.__module__ not in ("abc", "typing")


def leave_caches_out(cls: type[Any]) -> None:
    """Let copies and pickles of instances go without what `functools.cached_property` keeps in them."""
    if "__getstate__" in vars(cls) or not any(
        isinstance(value, functools.cached_property) for base in cls.__mro__ for value in vars(base).values()
    ):
        return
    names = _names(cls)

    def state(self: Any) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name in names}

    setattr(cls, "__getstate__", state)  # noqa: B010 - checkers refuse the assignment


def _names(cls: type[Any]) -> frozenset[str]:
    return frozenset(attribute.name for attribute in attrs.fields(cls))
