"""Attributes that a params class doesn't declare are refused, as slots would, and caches aren't copied."""

from __future__ import annotations

import functools
from typing import Any

import attrs

__all__ = ["refuse_unknown_attributes"]


def refuse_unknown_attributes(cls: type[Any]) -> None:
    """Let instances of a class take no other attributes than its fields and those with a setter.

    A base class of another kind, without `__slots__`, allows them: its methods may set some.
    """
    names = frozenset(attribute.name for attribute in attrs.fields(cls))
    if any(isinstance(value, functools.cached_property) for base in cls.__mro__ for value in vars(base).values()):
        _leave_caches_out(cls, names)
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


def _leave_caches_out(cls: type[Any], names: frozenset[str]) -> None:
    def state(self: Any) -> dict[str, Any]:
        return {name: value for name, value in self.__dict__.items() if name in names}

    if "__getstate__" not in vars(cls):
        setattr(cls, "__getstate__", state)  # noqa: B010 - checkers refuse the assignment
