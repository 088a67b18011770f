"""Reads the fields of params from plain data: collections and params in them by us, other values by cattrs."""

from __future__ import annotations

import collections.abc
import contextlib
from collections.abc import Callable
from functools import partial
from types import NoneType, UnionType
from typing import Any, Union, cast, get_args, get_origin

from cattrs.errors import BaseValidationError

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.generics import origin_class
from tfaip.params.serialization.values import read_key, value_converter
from tfaip.params.tree.merging import Merger, read_keys
from tfaip.params.tree.nodes import DictNode, Path
from tfaip.params.values.alternatives import OptionalType
from tfaip.params.values.annotations import SEQUENCES, UnsupportedAnnotation, has_fields, kind_of, strip_annotation
from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.problem import ValueProblem, shown

__all__ = ["CattrsReader"]

_ERRORS = (ValueError, TypeError, KeyError, BaseValidationError)
"""What hooks raise for data that they can't read."""


class CattrsReader:
    """Reads the values of fields that hold no params, or hold them in collections that only files know."""

    def read(self, data: Any, spec: FieldSpec, path: Path, merger: Merger) -> Any:
        """The value; what is wrong is added to the problems of the merger, each with its own path."""
        count = len(merger.problems)
        try:
            if spec.options.decoder is not None:
                return spec.options.decoder(data)
            kind = spec.stored_kind
            assert isinstance(kind, ValueType)
            value = self._read(data, spec.annotation, path, merger)
            if len(merger.problems) == count:
                kind.check(value)
            return value
        except RecursionError:
            raise
        except Exception as error:
            merger.problems.append((path, _as_problem(error, data)))
        return None

    def read_key(self, key: Any, node: DictNode) -> Any:
        """The key of a dict of params."""
        return read_key(key, node.kind.key)

    def _read(self, data: Any, annotation: Any, path: Path, merger: Merger) -> Any:
        annotation = strip_annotation(annotation)
        # None stands for a type variable that nobody filled in.
        if annotation is object or annotation is None:
            return data
        origin, args = get_origin(annotation), get_args(annotation)
        if origin in (Union, UnionType):
            return self._read_union(data, annotation, path, merger)
        if _is_params(annotation):
            return merger.read_params(kind_of(annotation), data, path)
        if origin in (dict, collections.abc.Mapping):
            return self._read_mapping(data, annotation, path, merger)
        if origin is tuple and (len(args) != 2 or args[1] is not Ellipsis):
            return self._read_tuple(data, annotation, path, merger)
        if origin in SEQUENCES or origin is tuple:
            _expect_items(data, annotation)
            return SEQUENCES.get(origin, tuple)(self._read_items(data, [args[0]] * len(data), path, merger))
        return value_converter.structure(data, annotation)

    def _read_items(self, data: Any, annotations: list[Any], path: Path, merger: Merger) -> list[Any]:
        pairs = zip(data, annotations, strict=True)
        return [self._read_item(item, part, (*path, index), merger) for index, (item, part) in enumerate(pairs)]

    def _read_item(self, data: Any, annotation: Any, path: Path, merger: Merger) -> Any:
        try:
            return self._read(data, annotation, path, merger)
        except _ERRORS as error:
            merger.problems.append((path, _as_problem(error, data)))
        return None

    def _read_tuple(self, data: Any, annotation: Any, path: Path, merger: Merger) -> tuple[Any, ...]:
        _expect_items(data, annotation)
        annotations = [] if get_args(annotation) == ((),) else list(get_args(annotation))
        if len(data) != len(annotations):
            raise ValueProblem(f"expects {len(annotations)} values ({_label(annotation)}), got {len(data)}")
        return tuple(self._read_items(data, annotations, path, merger))

    def _read_mapping(self, data: Any, annotation: Any, path: Path, merger: Merger) -> dict[Any, Any]:
        if not isinstance(data, dict):
            raise ValueProblem(f"expects an object ({_label(annotation)}), got {shown(data)}")
        key_annotation, item_annotation = get_args(annotation)
        kind = kind_of(key_annotation)
        if not isinstance(kind, ScalarType):
            raise ValueProblem(f"the keys of {_label(annotation)} can't be read from a file")
        keys = read_keys(data, partial(read_key, kind=kind), path, merger.problems)
        return {
            read: self._read_item(data[key], item_annotation, (*path, str(key)), merger) for key, read in keys.items()
        }

    def _read_union(self, data: Any, annotation: Any, path: Path, merger: Merger) -> Any:
        """What the first member reads that the data fits."""
        members = get_args(annotation)
        if data is None and NoneType in members:
            return None
        present = [member for member in members if member is not NoneType]
        scalars = [member for member in present if _is_scalar(member)]
        if len(scalars) == len(present):
            return value_converter.structure(data, annotation)
        if len(present) == 1:
            return self._read(data, present[0], path, merger)
        for member in present:
            if member not in scalars:
                problems, tolerated = len(merger.problems), len(merger.tolerated)
                with contextlib.suppress(*_ERRORS):
                    value = self._read(data, member, path, merger)
                    if len(merger.problems) == problems:
                        return value
                del merger.problems[problems:], merger.tolerated[tolerated:]
        if scalars:
            with contextlib.suppress(ValueProblem):
                scalar: Any = Union[tuple(scalars)]  # noqa: UP007 - known at run time only
                return value_converter.structure(data, scalar)
        raise ValueProblem(f"expects {_label(annotation)}, got {shown(data)}")


def _is_params(annotation: Any) -> bool:
    """Whether params are read, and no hook of the user's own is registered for the class."""
    cls = origin_class(annotation)
    return has_fields(cls) and _hook_of(cls) is read_as_params


# `get_structure_hook` needs cattrs 24.1.
_hook_of: Callable[[Any], Any] = cast(Any, value_converter)._structure_func.dispatch


def read_as_params(data: Any, annotation: Any) -> Any:
    """Stands in the converter for classes with fields, which a merger reads; a collection of cattrs has none."""
    raise ValueProblem(f"{_label(annotation)} can't be read in this collection, got {shown(data)}")


value_converter.register_structure_hook_func(lambda annotation: has_fields(origin_class(annotation)), read_as_params)


def _is_scalar(annotation: Any) -> bool:
    try:
        kind = kind_of(annotation)
    except UnsupportedAnnotation:
        return False
    return isinstance(kind.inner if isinstance(kind, OptionalType) else kind, ScalarType)


def _label(annotation: Any) -> str:
    try:
        return kind_of(annotation).label
    except UnsupportedAnnotation:
        return annotation.__name__ if isinstance(annotation, type) else str(annotation).replace("typing.", "")


def _expect_items(data: Any, annotation: Any) -> None:
    if not isinstance(data, list | tuple | set | frozenset):
        raise ValueProblem(f"expects a list ({_label(annotation)}), got {shown(data)}")


def _as_problem(error: Exception, data: Any) -> ValueProblem:
    while isinstance(error, BaseValidationError):
        error = error.exceptions[0]
    if isinstance(error, ValueProblem):
        return error
    return ValueProblem(f"{error if str(error) else type(error).__name__}, got {shown(data)}")
