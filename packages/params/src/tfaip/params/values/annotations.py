"""From the annotation of a field to the kind of value that it holds."""

from __future__ import annotations

import collections
import collections.abc
import os
import types
import typing
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path
from typing import Any, Literal, NewType, TypeVar, Union, get_args, get_origin

from tfaip.params.defining.generics import origin_class, substitute, type_variable_bound
from tfaip.params.values.alternatives import MixedType, OptionalType, UnionType
from tfaip.params.values.anything import AnyType, OpaqueType
from tfaip.params.values.base import Kind, ScalarType, ValueType
from tfaip.params.values.collections import CollectionType, SequenceType, TupleType
from tfaip.params.values.constraints import Constraint, LimitedType, constraints_of
from tfaip.params.values.enums import EnumType, LiteralType
from tfaip.params.values.imported import CallableType, ClassType
from tfaip.params.values.mappings import MappingType
from tfaip.params.values.moments import IsoType, TimedeltaType
from tfaip.params.values.own import OwnType, is_registered, own_type_of
from tfaip.params.values.records import NamedTupleType, TypedDictType
from tfaip.params.values.scalars import BoolType, FloatType, IntType, StrType
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType, ParamsValue
from tfaip.params.values.texts import PathType, text_type_of

__all__ = ["UnsupportedAnnotation", "has_fields", "kind_of", "strip_annotation"]


class UnsupportedAnnotation(ValueError):  # noqa: N818 - the caller, who knows the field, turns it into a DefinitionError
    """An annotation that says nothing which can come from the command line."""


_SCALARS: dict[Any, ScalarType] = {
    int: IntType(),
    float: FloatType(),
    str: StrType(),
    bool: BoolType(),
    datetime: IsoType(datetime),
    date: IsoType(date),
    time: IsoType(time),
    timedelta: TimedeltaType(),
    Any: AnyType(),
    object: AnyType(),
    typing.LiteralString: StrType(),
    os.PathLike: PathType(Path),
}

_SEQUENCES: dict[Any, type[Any]] = {
    list: list,
    collections.abc.Sequence: list,
    collections.abc.MutableSequence: list,
    collections.abc.Iterable: list,
    collections.abc.Collection: list,
    collections.deque: collections.deque,
    set: set,
    collections.abc.Set: set,
    collections.abc.MutableSet: set,
    frozenset: frozenset,
}
"""The form of a collection of any length; tuples have forms of their own."""

_MAPPINGS: dict[Any, type[Any]] = {
    dict: dict,
    collections.abc.Mapping: dict,
    collections.abc.MutableMapping: dict,
    collections.OrderedDict: collections.OrderedDict,
    collections.Counter: collections.Counter,
}

# In a union the first that accepts a word wins, so what accepts less comes first and text, which accepts all, last.
_UNION_ORDER = (LiteralType, EnumType, IntType, FloatType, IsoType, TimedeltaType, BoolType, OwnType, PathType, StrType)
_LATE = (PathType, StrType, AnyType)


def has_fields(cls: object) -> bool:
    """Whether a class is a params, attrs or data class."""
    return isinstance(cls, type) and (hasattr(cls, "__attrs_attrs__") or hasattr(cls, "__dataclass_fields__"))


def strip_annotation(annotation: Any) -> Any:
    """The annotation without `Annotated`, `Final`, `NewType`, names of types, and type variables.

    A bare `typing.List` is the class `list`.
    """
    return _stripped(annotation)[0]


_WRAPPERS = (typing.Final, typing.Required, typing.NotRequired, *filter(None, [getattr(typing, "ReadOnly", None)]))


def _stripped(annotation: Any) -> tuple[Any, list[Any]]:
    """The annotation without what stands around it, and the metadata of `Annotated`."""
    metadata: list[Any] = []
    names: set[int] = set()
    while True:
        origin = get_origin(annotation)
        if origin is typing.Annotated:
            metadata += annotation.__metadata__
            annotation = annotation.__origin__
        elif origin in _WRAPPERS:
            annotation = get_args(annotation)[0]
        elif isinstance(annotation, NewType):
            annotation = annotation.__supertype__
        elif isinstance(annotation, TypeVar):
            annotation = type_variable_bound(annotation)
        elif _is_alias(origin or annotation):
            if id(annotation) in names:
                raise UnsupportedAnnotation(f"{annotation} holds itself, write Any")
            names.add(id(annotation))
            annotation = _of_alias(origin or annotation, get_args(annotation))
        elif origin is not None and not hasattr(annotation, "__args__"):
            annotation = origin
        else:
            return annotation, metadata


def _is_alias(annotation: Any) -> bool:
    """Whether a name was given by `type Name = ...`, of Python 3.12 or of typing_extensions."""
    return type(annotation).__name__ == "TypeAliasType"


def _of_alias(alias: Any, args: tuple[Any, ...]) -> Any:
    return substitute(alias.__value__, dict(zip(alias.__type_params__, args, strict=False)))


def kind_of(annotation: Any, *, opaque: bool = False) -> ValueType | ParamsValue:
    """The kind of value that an annotation declares.

    Args:
        annotation: The annotation.
        opaque: Whether classes that nothing here knows may be part of it: in fields that only files know.

    Raises:
        UnsupportedAnnotation: Nothing of that kind can come from the command line.
    """
    return _Kinds(opaque).of(annotation)


class _Kinds:
    """Finds kinds.

    Attributes:
        opaque: As of `kind_of`.
        names: The names of types (`type Tree = ...`) that are being resolved: none holds itself.
    """

    def __init__(self, opaque: bool) -> None:
        self.opaque = opaque
        self.depth = 0

    def of(self, annotation: Any) -> Any:
        if (known := _SCALARS.get(annotation) if isinstance(annotation, type) else None) is not None:
            return known
        self.depth += 1
        if self.depth > 50:
            raise UnsupportedAnnotation(f"{_spell(annotation)} holds itself, write Any")
        annotation, metadata = _stripped(annotation)
        kind = self._of_bare(annotation)
        self.depth -= 1
        rules = constraints_of(metadata) if metadata else []
        return self._limited(kind, rules, annotation) if rules else kind

    def _of_bare(self, annotation: Any) -> Any:
        members = _union_members(annotation)
        present = [member for member in members if member is not types.NoneType]
        optional = len(present) < len(members)
        params = [member for member in present if self._is_params(member)]
        others = [member for member in present if not self._is_params(member)]
        if params:
            other = self._union(others, annotation) if others else None
            return ParamsType(tuple(params), tuple(c for m in params if (c := _class_of(m))), optional, other)
        if not present:
            raise UnsupportedAnnotation("None alone is no value to choose")
        if len(present) == 1:
            kind = self.of(present[0]) if len(members) > 1 else self._single(present[0])
            if isinstance(kind, ParamsType | ParamsList | ParamsDict):
                kind.optional = kind.optional or optional
                return kind
        else:
            kind = self._union(present, annotation)
        return OptionalType(kind) if optional else kind

    def _is_params(self, annotation: Any) -> bool:
        cls = _class_of(annotation)
        return has_fields(cls) and not is_registered(cls)

    def _union(self, annotations: Sequence[Any], whole: Any) -> Any:
        """The kind of several annotations without None and params, in the order in which they are tried."""
        kinds = [self.of(annotation) for annotation in annotations]
        if len(kinds) == 1:
            if not isinstance(kinds[0], ValueType):
                raise UnsupportedAnnotation(f"{_spell(whole)} holds params in a collection beside params")
            return kinds[0]
        for index, kind in enumerate(kinds):
            if isinstance(kind, ParamsList | ParamsDict):
                kinds[index] = _as_value(kind)
        if all(isinstance(kind, ScalarType) for kind in kinds):
            return UnionType(tuple(sorted(kinds, key=_order)))
        scalars = sorted((kind for kind in kinds if isinstance(kind, ScalarType)), key=_order)
        return MixedType((*scalars, *(kind for kind in kinds if not isinstance(kind, ScalarType))))

    def _single(self, annotation: Any) -> Any:
        if annotation in _SCALARS:
            return _SCALARS[annotation]
        if isinstance(annotation, type) and not isinstance(annotation, types.GenericAlias):
            return self._of_class(annotation)
        origin, args = get_origin(annotation), get_args(annotation)
        if origin is Literal:
            return LiteralType(args)
        if origin in _SEQUENCES:
            return self._sequence(_SEQUENCES[origin], args[0])
        if origin is tuple:
            return self._tuple(args)
        if origin in _MAPPINGS:
            return self._mapping(_MAPPINGS[origin], args[0], *(args[1:] or (int,)))
        if origin in (type, typing.Type):  # noqa: UP006 - the bare one is told from `type`
            return self._class(args[0], annotation)
        if origin is collections.abc.Callable or annotation is typing.Callable:
            return CallableType()
        if origin in _SCALARS:  # `PathLike[str]`
            return _SCALARS[origin]
        if isinstance(origin, type):
            return self._of_class(origin, annotation)
        return self._unknown(annotation)

    def _of_class(self, cls: type[Any], annotation: Any = None) -> Any:
        """The kind of a class, perhaps parametrised in the annotation."""
        if issubclass(cls, Enum):
            return EnumType(cls)
        if (own := own_type_of(cls)) is not None:
            return own
        if issubclass(cls, dict) and hasattr(cls, "__required_keys__"):  # also those of typing_extensions
            return self._typed_dict(cls, annotation)
        if issubclass(cls, tuple) and hasattr(cls, "_fields"):
            return self._named_tuple(cls, annotation)
        if cls in _SEQUENCES:
            return SequenceType(_SEQUENCES[cls], AnyType())
        if cls in _MAPPINGS:
            return MappingType(StrType(), AnyType(), cls=_MAPPINGS[cls])
        if cls is tuple:
            return SequenceType(tuple, AnyType())
        if cls is type:
            return ClassType((object,))
        if cls is collections.abc.Callable:  # type: ignore[comparison-overlap]  # a class at run time
            return CallableType()
        found = text_type_of(cls)
        return found if found is not None else self._unknown(cls if annotation is None else annotation)

    def _unknown(self, annotation: Any) -> Any:
        if self.opaque:
            cls = origin_class(annotation)
            usable = cls is not None and not getattr(cls, "_is_protocol", False)
            return OpaqueType(cls if usable else None, _spell(annotation))
        raise UnsupportedAnnotation(f"{_spell(annotation)} can't come from the command line")

    def _item(self, annotation: Any) -> Kind:
        """The kind of a collection's items; params in collections of collections are values."""
        kind = self.of(annotation)
        return _as_value(kind) if isinstance(kind, ParamsList | ParamsDict) else kind

    def _key(self, annotation: Any) -> ScalarType:
        kind = self.of(annotation)
        if isinstance(kind, AnyType):
            return StrType()
        if not isinstance(kind, ScalarType) or (
            isinstance(kind, OptionalType) and not isinstance(kind.inner, ScalarType)
        ):
            raise UnsupportedAnnotation(f"the keys of a dict are single values, got {_spell(annotation)}")
        return kind

    def _sequence(self, cls: type[Any], item: Any) -> Any:
        inner = self._item(item)
        if isinstance(inner, ParamsType):
            if cls not in (list, collections.deque):
                return self._hashable(cls, inner)
            return ParamsList(inner, False, cls)
        return SequenceType(cls, inner)

    def _hashable(self, cls: type[Any], inner: ParamsType) -> SequenceType:
        if any(base.__hash__ is None for base in inner.bases):
            raise UnsupportedAnnotation(
                f"params can be held in a list, a tuple or a dict, not in a {cls.__name__}, unless they are frozen"
            )
        return SequenceType(cls, inner)

    def _tuple(self, args: tuple[Any, ...]) -> Any:
        args = () if args == ((),) else args
        if len(args) == 2 and args[1] is Ellipsis:
            inner = self._item(args[0])
            return ParamsList(inner, False, tuple) if isinstance(inner, ParamsType) else SequenceType(tuple, inner)
        items = tuple(self._item(arg) for arg in args)
        if args and isinstance(items[0], ParamsType) and all(arg == args[0] for arg in args):
            return ParamsList(items[0], False, tuple, len(args))
        return TupleType(items)

    def _mapping(self, cls: type[Any], key: Any, item: Any) -> Any:
        inner = self._item(item)
        if isinstance(inner, ParamsType) and cls is dict:
            return ParamsDict(self._key(key), inner, False)
        return MappingType(self._key(key), inner, cls=cls)

    def _class(self, base: Any, annotation: Any) -> ClassType:
        stripped = [_class_of(member) for member in _union_members(strip_annotation(base))]
        if base is Any:
            return ClassType((object,))
        if None in stripped:
            raise UnsupportedAnnotation(f"{_spell(annotation)} names no class")
        return ClassType(tuple(cls for cls in stripped if cls is not None))

    def _typed_dict(self, cls: Any, annotation: Any) -> TypedDictType:
        hints = self._hints(cls, annotation)
        # `__required_keys__` knows no `NotRequired` where annotations are strings.
        required = {name for name in hints if name in cls.__required_keys__}
        required |= {name for name, hint in hints.items() if get_origin(hint) is typing.Required}
        required -= {name for name, hint in hints.items() if get_origin(hint) is typing.NotRequired}
        parts = {name: self._item(hint) for name, hint in hints.items()}
        return TypedDictType(cls.__name__, parts, frozenset(required))

    def _named_tuple(self, cls: Any, annotation: Any) -> NamedTupleType:
        hints = self._hints(cls, annotation)
        return NamedTupleType(cls, {name: self._item(hints.get(name, Any)) for name in cls._fields})

    def _hints(self, cls: Any, annotation: Any) -> dict[str, Any]:
        """The annotations of a record; of a parametrised one, with its type arguments."""
        arguments = dict(zip(getattr(cls, "__parameters__", ()), get_args(annotation), strict=False))
        try:
            hints = typing.get_type_hints(cls, include_extras=True)
            return {name: substitute(hint, arguments) for name, hint in hints.items()}
        except (NameError, AttributeError, TypeError) as error:
            raise UnsupportedAnnotation(f"an annotation of {cls.__name__} can't be resolved: {error}") from None

    def _limited(self, kind: Any, rules: list[Constraint], annotation: Any) -> Any:
        """The kind with rules; they are for the values, None obeys any."""
        if isinstance(kind, OptionalType):
            return OptionalType(self._limited(kind.inner, rules, annotation))
        if isinstance(kind, CollectionType):
            schema = {key: value for rule in rules for key, value in rule.schema.items()}
            of = "Properties" if isinstance(kind, MappingType) else "Items"
            return kind.obeying(rules, {key.replace("Length", of): value for key, value in schema.items()})
        if isinstance(kind, ScalarType):
            return LimitedType(kind, rules)
        raise UnsupportedAnnotation(f"{_spell(annotation)} holds params, which the rules of annotated-types don't know")


def _as_value(kind: ParamsList | ParamsDict) -> ValueType:
    """A list or dict of params inside another value, which is read as a whole."""
    if isinstance(kind, ParamsDict):
        made: ValueType = MappingType(kind.key, kind.item)
    elif kind.count is not None:
        made = TupleType((kind.item,) * kind.count)
    else:
        made = SequenceType(kind.cls, kind.item)
    return OptionalType(made) if kind.optional else made


def _order(kind: Kind) -> int:
    while isinstance(kind, LimitedType):
        kind = kind.inner
    if type(kind) in _UNION_ORDER:
        return 2 * _UNION_ORDER.index(type(kind))
    return 2 * len(_UNION_ORDER) if isinstance(kind, AnyType) else 2 * _UNION_ORDER.index(BoolType) + 1


def _class_of(annotation: Any) -> type[Any] | None:
    return origin_class(strip_annotation(annotation))


def _union_members(annotation: Any) -> list[Any]:
    if get_origin(annotation) not in (Union, types.UnionType):
        return [annotation]
    found: list[Any] = []
    for member in get_args(annotation):
        bare, metadata = _stripped(member)
        inner = _union_members(bare)
        # Rules are kept with their types; those of a union inside a union are for all of its members.
        for one in inner:
            found.append(typing.Annotated[(one, *metadata)] if metadata and one is not types.NoneType else one)
    return found


def _spell(annotation: Any) -> str:
    return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")
