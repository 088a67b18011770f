"""Values to plain data and back, on cattrs; strict where cattrs converts: no int from a str, no bool from an int."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from enum import Enum
from functools import partial
from pathlib import Path, PurePath
from types import NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin

import cattrs
from cattrs.errors import IterableValidationError

from tfaip.params.field_spec import FieldSpec
from tfaip.params.tree.building import Problems
from tfaip.params.tree.merging import read_keys
from tfaip.params.tree.nodes import DictNode
from tfaip.params.tree.nodes import Path as TreePath
from tfaip.params.values.alternatives import OptionalType
from tfaip.params.values.annotations import has_fields, kind_of, strip_annotation, union_members
from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.collections import MappingType, SequenceType, TupleType
from tfaip.params.values.moments import format_timedelta
from tfaip.params.values.own import reads_words
from tfaip.params.values.problem import ValueProblem, shown
from tfaip.params.values.scalars import BoolType, FloatType, IntType

__all__ = ["CattrsReader", "value_converter"]

_NOT_FINITE = ("inf", "-inf", "nan")


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter()
    for cls in (int, float, str, bool):
        converter.register_structure_hook(cls, _exactly(cls))
    for moment in (datetime, date, time):
        converter.register_structure_hook(moment, _from_text)
        converter.register_unstructure_hook(moment, lambda value: value.isoformat())
    converter.register_structure_hook(timedelta, _from_text)
    converter.register_unstructure_hook(timedelta, format_timedelta)
    for path in (PurePath, Path):
        converter.register_structure_hook(path, _from_text)
    converter.register_unstructure_hook(PurePath, str)
    converter.register_structure_hook(Enum, _member)
    converter.register_unstructure_hook_func(_is_enum, _plain_member)
    # cattrs has a hook for text of its own, which it prefers for enums that are text too.
    converter.register_unstructure_hook(str, lambda text: _plain_member(text) if isinstance(text, Enum) else text)
    converter.register_structure_hook_func(reads_words, _from_text)
    converter.register_unstructure_hook_func(reads_words, lambda value: value.to_word())
    converter.register_structure_hook_func(_is_literal, _literal)
    converter.register_structure_hook_func(_is_union, _union)
    converter.register_unstructure_hook_func(_is_set, _sorted)
    converter.register_unstructure_hook_func(_is_tuple, _listed)
    return converter


def _exactly(cls: type[Any]) -> Callable[[Any, Any], Any]:
    def structure(data: Any, annotation: Any) -> Any:
        if _is_enum(annotation):
            return _member(data, annotation)  # cattrs comes here for enums that are numbers or text too
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


def _is_literal(annotation: Any) -> bool:
    return get_origin(annotation) is Literal


def _is_set(annotation: Any) -> bool:
    return (get_origin(annotation) or annotation) in (set, frozenset)


def _is_tuple(annotation: Any) -> bool:
    return (get_origin(annotation) or annotation) is tuple


def _is_enum(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, Enum)


def _plain_member(member: Enum) -> Any:
    return member.value if isinstance(member.value, str | int | float) else member.name


def _member(data: Any, cls: Any) -> Any:
    for member in cls:
        plain = _plain_member(member)
        if type(plain) is type(data) and plain == data:
            return member
    if isinstance(data, str) and data in cls.__members__:
        return cls[data]
    allowed = ", ".join(str(_plain_member(member)) for member in cls)
    raise ValueProblem(f"must be one of {allowed}, got {shown(data)}")


def _literal(data: Any, annotation: Any) -> Any:
    for value in get_args(annotation):
        plain = _plain_member(value) if isinstance(value, Enum) else value
        if type(plain) is type(data) and plain == data:
            return value
    allowed = ", ".join(map(str, get_args(annotation)))
    raise ValueProblem(f"must be one of {allowed}, got {shown(data)}")


def _is_union(annotation: Any) -> bool:
    return get_origin(annotation) in (Union, UnionType) and not any(has_fields(arg) for arg in get_args(annotation))


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


def _sorted(values: Any) -> list[Any]:
    # Sets have no order: files must not change from run to run.
    return sorted((value_converter.unstructure(value) for value in values), key=lambda value: (str(type(value)), value))


def _listed(values: Any) -> list[Any]:
    return [value_converter.unstructure(value) for value in values]


value_converter = _make_converter()
"""The converter of all values; register hooks here for types of your own."""


class CattrsReader:
    """Reads the values of fields that hold no params from plain data."""

    def read(self, data: Any, spec: FieldSpec, path: TreePath, problems: Problems) -> Any:
        """The value; what is wrong is added to the problems, each with its own path."""
        try:
            if spec.options.decoder is not None:
                return spec.options.decoder(data)
            kind = spec.kind
            assert isinstance(kind, ValueType)
            count = len(problems)
            value = self._read(data, kind, spec.annotation, path, problems)
            if len(problems) == count:
                kind.check(value)
            return value
        except ValueProblem as problem:
            problems.append((path, problem))
        except (ValueError, TypeError, KeyError) as error:
            problems.append((path, ValueProblem(f"{error or type(error).__name__}, got {shown(data)}")))
        return None

    def _read(self, data: Any, kind: ValueType, annotation: Any, path: TreePath, problems: Problems) -> Any:
        if isinstance(kind, OptionalType):
            if data is None:
                return None
            if isinstance(kind.inner, SequenceType | TupleType | MappingType):
                annotation = next(a for a in get_args(strip_annotation(annotation)) if a is not NoneType)
                return self._read(data, kind.inner, annotation, path, problems)
        if isinstance(kind, MappingType):
            return self._read_mapping(data, kind, annotation, path, problems)
        if isinstance(kind, SequenceType | TupleType) and not isinstance(data, list | tuple | set | frozenset):
            raise ValueProblem(f"expects a list ({kind.label}), got {shown(data)}")
        if isinstance(kind, TupleType) and len(data) != len(kind.items):
            raise ValueProblem(f"expects {len(kind.items)} values ({kind.label}), got {len(data)}")
        try:
            return value_converter.structure(data, strip_annotation(annotation))
        except IterableValidationError as group:
            noted, rest = group.group_exceptions()
            for error, note in noted:
                problems.append(((*path, note.index), _as_problem(error)))
            problems.extend((path, _as_problem(error)) for error in rest)
            return None

    def _read_mapping(self, data: Any, kind: MappingType, annotation: Any, path: TreePath, problems: Problems) -> Any:
        if not isinstance(data, dict):
            raise ValueProblem(f"expects an object ({kind.label}), got {shown(data)}")
        value_annotation = strip_annotation(get_args(strip_annotation(annotation))[1])
        entries = {}
        for key, read in read_keys(data, partial(read_key, kind=kind.key), path, problems).items():
            try:
                entries[read] = value_converter.structure(data[key], value_annotation)
            except ValueProblem as problem:
                problems.append(((*path, str(key)), problem))
        return entries

    def read_key(self, key: Any, node: DictNode) -> Any:
        """The key of a dict of params."""
        return read_key(key, node.kind.key)


def read_key(key: Any, kind: ScalarType) -> Any:
    """The key of a dict: JSON has only strings, which are read as on the command line; YAML has other keys too."""
    if isinstance(key, str):
        return kind.read(key)
    with contextlib.suppress(ValueProblem):
        read = kind.read(key.isoformat() if isinstance(key, date | time) else str(key).lower())
        plain = _plain_member(read) if isinstance(read, Enum) else read
        if type(key) is int and plain == str(key):
            return read  # names of classes and the like, which people write without quotes
        if plain == key and isinstance(plain, bool) == isinstance(key, bool):
            return read
    raise ValueProblem(f"expects a key of type {kind.label}, got {shown(key)}", ("write text in quotes",))


def _as_problem(error: BaseException) -> ValueProblem:
    return error if isinstance(error, ValueProblem) else ValueProblem(str(error))
