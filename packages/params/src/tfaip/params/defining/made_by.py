"""Parameters that don't say what they make: the class that names them as its type argument, in the same module.

A module that holds parameters and objects needs no line to connect them. In another module nobody would have imported
the class, so that the parameters have to name it by a method, `cls`.

Internal API between the packages.
"""

from __future__ import annotations

import abc
import types
from collections.abc import Callable
from typing import Any, TypeVar

from tfaip.params.defining.definition import params
from tfaip.params.defining.type_arguments import type_argument

__all__ = ["bind_params", "inner_params", "may_be_bound", "named_by", "params_of"]

F = TypeVar("F", bound=Callable[..., Any])

_OPEN = "__may_be_bound__"
_NAMED_BY = "__named_by__"


def may_be_bound(function: F, *, abstract: bool = True) -> F:
    """Mark a method of parameters that returns what they make: a class of the same module may define it.

    Type checkers can't know that, so that they take it for a method that is defined.
    """
    setattr(function, _OPEN, True)
    return abc.abstractmethod(function) if abstract else function


def bind_params(made: type, base: type[Any], method: str = "cls") -> None:
    """Let the parameters that a new class names make it, unless they say what they make.

    Call it from `__init_subclass__` of the base of the objects. Private classes and those that derive from `ABC`
    themselves are bases, which nothing makes. A subclass with the same parameters changes nothing. A class that is
    defined again, by a cell that is run again, takes the place of the former one. Where several classes name the
    parameters, these have to choose one.

    Args:
        made: The new class; its first type argument may be its parameters.
        base: The base of parameters that make such objects.
        method: The method of the parameters that returns the class.
    """
    argument = type_argument(made, 0)
    if not isinstance(argument, type) or not issubclass(argument, base) or _scope(argument) != _scope(made):
        return
    if made.__name__.startswith("_") or abc.ABC in made.__bases__:
        return
    own = vars(argument).get(method)
    if not getattr(own or getattr(argument, method, None), _OPEN, False):
        return
    named_by: dict[str, list[type]] = vars(argument).get(_NAMED_BY, {})
    others = [other for other in named_by.get(method, ()) if other.__qualname__ != made.__qualname__]
    if any(issubclass(made, other) for other in named_by.get(method, ())):
        return
    setattr(argument, _NAMED_BY, {**named_by, method: [*others, made]})
    if not others:
        setattr(argument, method, _method(argument, method, made))
    elif own is not None:
        delattr(argument, method)
    _update(argument)


def named_by(params_cls: type, method: str = "cls") -> list[type]:
    """Return the classes that name parameters as their type argument, in the same module."""
    found: list[type] = vars(params_cls).get(_NAMED_BY, {}).get(method, [])
    return found


def _scope(cls: type) -> tuple[str, str]:
    """The module of a class, and the class or function within it: a class of a function is nobody else's."""
    return cls.__module__, cls.__qualname__.rpartition(".")[0]


def params_of(made: type, base: type[Any]) -> type[Any]:
    """Return the parameters of a class: its type argument; if it names none, empty ones within the class, `Params`.

    Args:
        made: The class of the objects.
        base: The base of parameters that make such objects.
    """
    argument = type_argument(made, 0)
    if isinstance(argument, type):
        return argument
    if "Params" not in vars(made):
        made.Params = inner_params(made, "Params", base)  # type: ignore[attr-defined]  # made here
        made.Params.cls = _method(made.Params, "cls", made)  # type: ignore[attr-defined]
        _update(made.Params)  # type: ignore[attr-defined]
    found: type[Any] = vars(made)["Params"]
    return found


def inner_params(owner: type, name: str, base: Any) -> type[Any]:
    """Return a new class of parameters that adds nothing to its base; it goes by its place within another class.

    Args:
        owner: The class that it belongs to; its attribute `name` must be set to the new class.
        name: Name of the new class.
        base: A class of parameters; a generic one with its arguments.
    """
    namespace = {
        "__module__": owner.__module__,
        "__qualname__": f"{owner.__qualname__}.{name}",
        "__doc__": owner.__doc__ or f"Parameters of {owner.__name__}.",
    }
    return params(types.new_class(name, (base,), exec_body=lambda body: body.update(namespace)))


def _method(params_cls: type, name: str, made: type) -> Callable[[Any], type]:
    def method(self: Any) -> type:
        del self
        return made

    method.__doc__ = f"Return `{made.__qualname__}`, which names these parameters as its type argument."
    method.__module__, method.__name__ = params_cls.__module__, name
    method.__qualname__ = f"{params_cls.__qualname__}.{name}"
    setattr(method, _OPEN, True)  # for subclasses with a class of their own
    return method


def _update(params_cls: type) -> None:
    abc.update_abstractmethods(params_cls)
    subclasses: list[type] = params_cls.__subclasses__()
    for subclass in subclasses:
        _update(subclass)
