"""From the annotation of a field to the kind of value that it holds."""

from __future__ import annotations

import collections.abc
import types
import typing
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path, PurePath
from typing import Any, Literal, NewType, TypeVar, Union, get_args, get_origin

from tfaip.params.defining.generics import origin_class, type_variable_bound
from tfaip.params.values.alternatives import EnumType, LiteralType, OptionalType, UnionType
from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.collections import MappingType, SequenceType, TupleType
from tfaip.params.values.moments import IsoType, TimedeltaType
from tfaip.params.values.own import OwnType, reads_words
from tfaip.params.values.scalars import BoolType, FloatType, IntType, PathType, StrType
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType, ParamsValue

__all__ = ["SEQUENCES", "UnsupportedAnnotation", "has_fields", "kind_of", "strip_annotation", "union_members"]


class UnsupportedAnnotation(ValueError):  # noqa: N818 - turned into a DefinitionError by whoever knows the field
    """An annotation that says nothing which can come from the command line."""


_SCALARS: dict[Any, ScalarType] = {
    int: IntType(),
    float: FloatType(),
    str: StrType(),
    bool: BoolType(),
    Path: PathType(),
    PurePath: PathType(),
    datetime: IsoType(datetime),
    date: IsoType(date),
    time: IsoType(time),
    timedelta: TimedeltaType(),
}

SEQUENCES: dict[Any, type[Any]] = {
    list: list,
    collections.abc.Sequence: list,
    set: set,
    collections.abc.Set: set,
    frozenset: frozenset,
}
"""What an annotation of a collection of any length makes; tuples have forms of their own."""

# In a union the first that accepts a word wins, so what accepts less comes first and text, which accepts all, last.
_UNION_ORDER = (LiteralType, EnumType, IntType, FloatType, IsoType, TimedeltaType, BoolType, OwnType, PathType, StrType)


def has_fields(cls: object) -> bool:
    """Whether a class is a params, attrs or data class."""
    return isinstance(cls, type) and (hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__dataclass_fields__"))


def strip_annotation(annotation: Any) -> Any:
    """The annotation without `Annotated`, `NewType`, and type variables; a bare `typing.List` is the class `list`."""
    while True:
        if get_origin(annotation) is typing.Annotated:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeVar):
            annotation = type_variable_bound(annotation)
        elif get_origin(annotation) is not None and not hasattr(annotation, "__args__"):
            annotation = get_origin(annotation)
        else:
            return annotation


def kind_of(annotation: Any) -> ValueType | ParamsValue:
    """The kind of value that an annotation declares.

    Raises:
        UnsupportedAnnotation: Nothing of that kind can come from the command line.
    """
    annotation = strip_annotation(annotation)
    members = _union_members(annotation)
    present = [member for member in members if member is not types.NoneType]
    optional = len(present) < len(members)
    if present and all(has_fields(origin_class(member)) for member in present):
        return ParamsType(tuple(present), tuple(c for m in present if (c := origin_class(m))), optional)
    if len(present) == 1:
        kind = _single(present[0], optional)
        return OptionalType(kind) if optional and isinstance(kind, ValueType) else kind
    union = _union(annotation)
    return OptionalType(union) if optional else union


def _union_members(annotation: Any) -> list[Any]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return [annotation]
    return [inner for member in get_args(annotation) for inner in _union_members(strip_annotation(member))]


def _scalar(annotation: Any, union: Any = None) -> ScalarType:
    kind = kind_of(annotation)
    if not isinstance(kind, ScalarType) or (isinstance(kind, OptionalType) and not isinstance(kind.inner, ScalarType)):
        spelled = _spell(annotation)
        if union is not None:
            raise UnsupportedAnnotation(
                f"a union holds either single values or params, got {spelled} in {_spell(union)}"
            )
        raise UnsupportedAnnotation(f"{spelled} can't be inside another collection on the command line")
    return kind


def union_members(annotation: Any) -> list[tuple[Any, ScalarType]]:
    """The members of a union of scalars except None, with their annotations, in the order in which they are tried."""
    members = _union_members(strip_annotation(annotation))
    kinds = [(member, _scalar(member, annotation)) for member in members if member is not types.NoneType]
    return sorted(kinds, key=lambda item: _UNION_ORDER.index(type(item[1])))


def _union(annotation: Any) -> UnionType:
    kinds = tuple(kind for _, kind in union_members(annotation))
    if not kinds:
        raise UnsupportedAnnotation("None alone is no value to choose")
    return UnionType(kinds)


def _single(annotation: Any, optional: bool) -> ValueType | ParamsValue:
    if annotation in _SCALARS:
        return _SCALARS[annotation]
    if isinstance(annotation, type) and issubclass(annotation, Enum):
        return EnumType(annotation)
    if reads_words(annotation):
        return OwnType(annotation)
    origin, args = get_origin(annotation), get_args(annotation)
    if origin is Literal:
        return LiteralType(args)
    if origin in SEQUENCES:
        return _sequence(SEQUENCES[origin], args[0], optional)
    if origin is tuple:
        if len(args) == 2 and args[1] is Ellipsis:
            return SequenceType(tuple, _scalar(args[0]))
        return TupleType(tuple(_scalar(arg) for arg in args))
    if origin in (dict, collections.abc.Mapping):
        return _mapping(args[0], args[1], optional)
    if annotation in (*SEQUENCES, tuple, dict, collections.abc.Mapping):
        name = annotation.__name__
        raise UnsupportedAnnotation(f"{name} doesn't say what it holds, write {name}[...]")
    raise UnsupportedAnnotation(f"{_spell(annotation)} can't come from the command line")


def _sequence(cls: type[Any], item: Any, optional: bool) -> ValueType | ParamsValue:
    inner = kind_of(item)
    if isinstance(inner, ParamsType):
        if cls is not list:
            raise UnsupportedAnnotation(f"params can be held in a list or a dict, not in a {cls.__name__}")
        return ParamsList(inner, optional)
    return SequenceType(cls, _scalar(item))


def _mapping(key: Any, item: Any, optional: bool) -> ValueType | ParamsValue:
    inner = kind_of(item)
    if isinstance(inner, ParamsType):
        return ParamsDict(_scalar(key), inner, optional)
    return MappingType(_scalar(key), _scalar(item))


def _spell(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
