"""Values to plain data and back, on cattrs; strict where cattrs converts: no int from a str, no bool from an int."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, datetime, time, timedelta
from enum import Enum
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import cattrs

from tfaip.params.values.alternatives import LiteralType, plain_member
from tfaip.params.values.annotations import has_fields, kind_of, union_members
from tfaip.params.values.base import ScalarType
from tfaip.params.values.moments import format_timedelta
from tfaip.params.values.own import reads_words
from tfaip.params.values.problem import ValueProblem, shown
from tfaip.params.values.scalars import BoolType, FloatType, IntType

__all__ = ["key_of", "read_key", "value_converter"]

_NOT_FINITE = ("inf", "-inf", "nan")


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    # Of two predicates that hold cattrs takes the later one; a hook of a class comes before all of them.
    for cls in (int, float, str, bool, bytes):
        converter.register_structure_hook(cls, _exactly(cls))
    converter.register_structure_hook(Enum, _member)
    for path in (PurePath, Path):
        converter.register_structure_hook(path, _from_text)
    converter.register_structure_hook_func(_is_text, _from_text)
    converter.register_structure_hook_func(reads_words, _from_text)
    converter.register_structure_hook_func(_is_literal, _literal)
    converter.register_structure_hook_func(_is_union, _union)
    converter.register_unstructure_hook_func(_is_subclass_of(Mapping), _keyed)
    converter.register_unstructure_hook_func(_is_subclass_of(Sequence), _listed)
    converter.register_unstructure_hook_func(_is_subclass_of(AbstractSet), _sorted)
    converter.register_unstructure_hook_func(_is_subclass_of(date, time), lambda value: value.isoformat())
    converter.register_unstructure_hook_func(_is_subclass_of(timedelta), format_timedelta)
    converter.register_unstructure_hook_func(_is_subclass_of(int, float), _plain_number)
    converter.register_unstructure_hook_func(_is_numpy_scalar, lambda value: value.item())
    converter.register_unstructure_hook_func(_is_subclass_of(Enum), plain_member)
    converter.register_unstructure_hook_func(reads_words, _word)
    # cattrs has hooks of the classes for these, which it takes for classes that derive from them too.
    for text in (str, bytes, PurePath, Path):
        converter.register_unstructure_hook(text, _plain_text)
    return converter


def _is_subclass_of(*bases: type[Any]) -> Callable[[Any], bool]:
    def holds(cls: Any) -> bool:
        return isinstance(cls, type) and issubclass(cls, bases)

    return holds


def _is_text(annotation: Any) -> bool:
    """Whether the type is stored as text that it reads itself."""
    return annotation in (datetime, date, time, timedelta)


def _is_numpy_scalar(cls: Any) -> bool:
    """Whether it is a number of NumPy, told without importing that."""
    bases = cls.__mro__ if isinstance(cls, type) else ()
    return any((base.__module__, base.__name__) == ("numpy", "generic") for base in bases)


def _is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType) and not any(has_fields(arg) for arg in get_args(annotation))


def _exactly(cls: type[Any]) -> Callable[[Any, Any], Any]:
    def structure(data: Any, annotation: Any) -> Any:
        # cattrs comes here for classes that derive from these too.
        if reads_words(annotation):
            return _from_text(data, annotation)
        if isinstance(annotation, type) and issubclass(annotation, Enum):
            return _member(data, annotation)
        if type(data) is cls:
            return data
        if cls is float and (type(data) is int or data in _NOT_FINITE):
            return float(data)
        raise ValueProblem(f"expects {cls.__name__}, got {shown(data)}")

    return structure


def _from_text(data: Any, annotation: Any) -> Any:
    kind = kind_of(annotation)
    if isinstance(data, str) and isinstance(kind, ScalarType):
        return kind.read(data)
    # TOML and YAML know dates, and to_dict of another program may hold the values themselves.
    if type(data) is annotation or (annotation is timedelta and type(data) in (int, float)):
        return data if type(data) is annotation else timedelta(seconds=data)
    raise ValueProblem(f"expects {kind.label}, got {shown(data)}")


def _member(data: Any, cls: Any) -> Any:
    for member in cls:
        if _reads_as(member, data):
            return member
    if isinstance(data, str) and data in cls.__members__:
        return cls[data]
    allowed = ", ".join(str(plain_member(member)) for member in cls)
    raise ValueProblem(f"must be one of {allowed}, got {shown(data)}")


def _literal(data: Any, annotation: Any) -> Any:
    for value in get_args(annotation):
        if _reads_as(value, data):
            return value
    allowed = ", ".join(LiteralType(get_args(annotation)).words())
    raise ValueProblem(f"must be one of {allowed}, got {shown(data)}")


def _reads_as(value: Any, data: Any) -> bool:
    return any(type(plain) is type(data) and plain == data for plain in _plain_forms(value))


def _plain_forms(value: Any) -> tuple[Any, ...]:
    """How files may hold a value; older ones hold the numbers of members that are stored by name."""
    return (plain_member(value), value.value) if isinstance(value, Enum) else (value,)


def _union(data: Any, annotation: Any) -> Any:
    """Plain data tells more types apart than a word does: a str is never a number here."""
    if data is None and NoneType in get_args(annotation):
        return None
    for member, kind in union_members(annotation):
        numeric = isinstance(kind, IntType | FloatType | BoolType)
        if numeric and isinstance(data, str) and not (isinstance(kind, FloatType) and data in _NOT_FINITE):
            continue
        try:
            return value_converter.structure(data, member)
        except ValueProblem:
            continue
    raise ValueProblem(f"expects {kind_of(annotation).label}, got {shown(data)}")


def _plain_number(number: Any) -> Any:
    return number if isinstance(number, bool) else int(number) if isinstance(number, int) else float(number)


def _plain_text(text: Any) -> Any:
    if isinstance(text, Enum):
        return plain_member(text)
    if reads_words(type(text)):
        return _word(text)
    if isinstance(text, PurePath):
        return str(text)
    return str.__str__(text) if isinstance(text, str) else text


def _word(value: Any) -> str:
    return str(value.to_word())


def _listed(values: Any) -> list[Any]:
    return [value_converter.unstructure(value) for value in values]


def _sorted(values: Any) -> list[Any]:
    # Sets have no order: files must not change from run to run.
    return sorted(_listed(values), key=lambda value: (str(type(value)), value))


def _keyed(values: Any) -> dict[str, Any]:
    plain = {}
    for key, value in values.items():
        if (name := key_of(key)) in plain:
            raise ValueProblem(f"two keys are stored as {name!r}")
        plain[name] = value_converter.unstructure(value)
    return plain


value_converter = _make_converter()
"""The converter of all values; register hooks here for types of your own."""


def key_of(key: Any) -> str:
    """A key of a dict as files hold it: JSON and TOML know only text."""
    plain = value_converter.unstructure(key)
    if plain is None or isinstance(plain, bool):
        return "none" if plain is None else str(plain).lower()
    return plain if isinstance(plain, str) else repr(plain)


def read_key(key: Any, kind: ScalarType) -> Any:
    """The key of a dict, read as on the command line; YAML has other keys than text too."""
    if isinstance(key, str):
        return kind.read(key)
    with contextlib.suppress(ValueProblem):
        read = kind.read(key.isoformat() if isinstance(key, date | time) else str(key).lower())
        for plain in _plain_forms(read):
            if type(key) is int and plain == str(key):
                return read  # names of classes and the like, which people write without quotes
            if plain == key and isinstance(plain, bool) == isinstance(key, bool):
                return read
    raise ValueProblem(f"expects a key of type {kind.label}, got {shown(key)}", ("write text in quotes",))
