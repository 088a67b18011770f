"""Former names of fields in Python: the constructor takes them, and attributes of these names lead to the fields."""

from __future__ import annotations

import functools
from typing import Any

import attrs

from tfaip.params.defining.fields import options_of

__all__ = ["accept_former_names"]


def accept_former_names(cls: type[Any]) -> None:
    """Let code that was written for the former names of the fields go on working; files and lines have their own way.

    The constructor raises a TypeError where it is given a field by both names.
    """
    names = [attribute.name for attribute in attrs.fields(cls)]
    former = {
        old: attribute
        for attribute in attrs.fields(cls)
        for old in options_of(attribute.metadata).former_names
        if old not in names
    }
    if not former:
        return
    for old, attribute in former.items():
        if not hasattr(cls, old):
            setattr(
                cls, old, property(functools.partial(_get, attribute.name), functools.partial(_set, attribute.name))
            )
    construct: Any = cls.__init__

    @functools.wraps(construct)
    def construct_with_former_names(self: Any, *args: Any, **kwargs: Any) -> None:
        for old in former.keys() & kwargs.keys():
            name = former[old].alias
            if name in kwargs:
                raise TypeError(f"{cls.__name__}: {old} is the former name of {name}, give one of them")
            kwargs[name] = kwargs.pop(old)
        construct(self, *args, **kwargs)

    setattr(cls, "__init__", construct_with_former_names)  # noqa: B010 - checkers refuse the assignment


def _get(name: str, instance: Any) -> Any:
    return getattr(instance, name)


def _set(name: str, instance: Any, value: Any) -> None:
    setattr(instance, name, value)
