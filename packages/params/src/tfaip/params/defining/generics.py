"""Type arguments of generic params classes: the meaning of an annotation once the type variables are filled in."""

from __future__ import annotations

import inspect
import sys
import types
import typing
from collections.abc import Callable
from typing import Any, TypeVar

from tfaip.params.errors import DefinitionError

__all__ = [
    "ClassOf",
    "annotated_fields",
    "declaring_classes",
    "field_annotations",
    "is_open",
    "origin_class",
    "substitute",
    "type_variable_bound",
]

Arguments = dict[Any, Any]
"""The types that stand for type variables, and for `Self`."""

T = TypeVar("T")

ClassOf = type[T] | Callable[..., T]
"""An expected class; for `type[T]` alone type checkers refuse abstract classes, of which a tag names a concrete one."""


def origin_class(annotation: Any) -> type[Any] | None:
    """The class behind an annotation: `Base` for `Base` and for `Base[X]`, None where it isn't a class."""
    origin = typing.get_origin(annotation) or annotation
    return origin if isinstance(origin, type) else None


def substitute(annotation: Any, arguments: Arguments) -> Any:
    """The annotation with its type variables replaced, at any depth; those without an argument stay."""
    if isinstance(annotation, TypeVar):
        # `Base[Any]` pleases type checkers where any argument will do, and says as little as `Base`.
        argument = arguments.get(annotation, Any)
        return annotation if argument is Any else argument
    if annotation is typing.Self:
        return arguments.get(annotation, annotation)
    if not arguments or not (args := typing.get_args(annotation)):
        return annotation
    replaced = tuple(substitute(arg, arguments) for arg in args)
    if replaced == args:
        return annotation
    if isinstance(annotation, types.UnionType):
        return typing.Union[replaced]  # noqa: UP007 - the members are known at run time only
    origin = typing.get_origin(annotation)
    if origin is typing.Union:
        return typing.Union[replaced]  # noqa: UP007 - the members are known at run time only
    if origin is None:
        return annotation
    if origin is typing.Annotated:
        return typing.Annotated[(replaced[0], *args[1:])]
    return types.GenericAlias(origin, replaced) if origin.__module__ == "builtins" else origin[replaced]


def is_open(annotation: Any) -> bool:
    """Whether a type variable of an annotation has still to be filled in."""
    return isinstance(annotation, TypeVar) or any(map(is_open, typing.get_args(annotation)))


def type_variable_bound(variable: TypeVar) -> Any:
    """The type of a type variable without an argument: its default, bound or first constraint."""
    has_default = getattr(variable, "has_default", None)  # PEP 696, from Python 3.13 on
    if has_default is not None and has_default():
        return variable.__default__  # type: ignore[attr-defined]  # mypy checks for Python 3.11
    if variable.__bound__ is not None:
        return variable.__bound__
    return variable.__constraints__[0] if variable.__constraints__ else None


def annotated_fields(cls: type[Any]) -> list[str]:
    """The names that a class itself annotates, without those of class variables."""
    return [name for name, found in inspect.get_annotations(cls).items() if "ClassVar" not in str(found)]


def declaring_classes(cls: type[Any]) -> dict[str, type[Any]]:
    """The class in the ancestry of `cls` that annotates each name last; an undecorated mixin declares no field."""
    # Once for each class: `get_annotations` copies them all.
    return {
        name: base
        for base in reversed(cls.__mro__)
        if base is cls or "__attrs_attrs__" in vars(base) or "__dataclass_fields__" in vars(base)
        for name in inspect.get_annotations(base)
    }


def field_annotations(annotation: Any) -> dict[str, Any]:
    """The resolved annotations of a class or of a parametrised class (`Base[X]`), type variables filled in.

    Raises:
        DefinitionError: An annotation names something that doesn't exist.
    """
    cls = origin_class(annotation)
    assert cls is not None
    owners = declaring_classes(cls)
    arguments = _arguments_by_class(annotation)
    return {
        name: substitute(hint, {**arguments.get(owners[name], {}), typing.Self: annotation})
        for name, hint in _hints(cls, owners).items()
    }


def _hints(cls: type[Any], owners: dict[str, type[Any]]) -> dict[str, Any]:
    """The resolved annotations of the fields; those of class variables and mixins may name what isn't imported."""
    fields: Any = getattr(cls, "__dataclass_fields__", {})
    names = [attribute.name for attribute in getattr(cls, "__attrs_attrs__", ())] or list(fields)
    by_owner: dict[type[Any], list[str]] = {}
    for name in names:
        if name in owners:
            by_owner.setdefault(owners[name], []).append(name)
    return {name: hint for owner, own in by_owner.items() for name, hint in _resolved(owner, own).items()}


def _resolved(owner: type[Any], names: list[str]) -> dict[str, Any]:
    annotations = inspect.get_annotations(owner)
    holder = type(owner.__name__, (), {"__annotations__": {name: annotations[name] for name in names}})
    variables = {variable.__name__: variable for variable in getattr(owner, "__type_params__", ())}
    module = vars(sys.modules.get(owner.__module__, typing))
    try:
        # As `get_type_hints` does by itself: names of the module come before those of the class.
        return typing.get_type_hints(holder, dict(vars(owner)), {**module, **variables}, include_extras=True)
    except (NameError, AttributeError, SyntaxError, TypeError) as error:
        if len(names) > 1:  # which one is it
            return {name: hint for one in names for name, hint in _resolved(owner, [one]).items()}
        raise DefinitionError(
            f"{owner.__module__}:{owner.__qualname__}.{names[0]}: the annotation can't be resolved: {error}; its names "
            f"must exist at run time, not only under `if TYPE_CHECKING:` or in a function"
        ) from error


def _arguments_by_class(annotation: Any) -> dict[type[Any], Arguments]:
    """The types of type variables, by class of the ancestry: two classes may use the same one differently."""
    cls = origin_class(annotation)
    assert cls is not None
    found: dict[type[Any], Arguments] = {}
    _collect(cls, dict(zip(getattr(cls, "__parameters__", ()), typing.get_args(annotation), strict=False)), found)
    return found


def _collect(cls: type[Any], arguments: Arguments, found: dict[type[Any], Arguments]) -> None:
    known = found.setdefault(cls, {})
    for variable, argument in arguments.items():
        known.setdefault(variable, argument)
    for base in cls.__dict__.get("__orig_bases__", cls.__bases__):
        origin = origin_class(base)
        if origin is None or origin is object:
            continue
        args = tuple(substitute(arg, known) for arg in typing.get_args(base))
        _collect(origin, dict(zip(getattr(origin, "__parameters__", ()), args, strict=False)), found)
