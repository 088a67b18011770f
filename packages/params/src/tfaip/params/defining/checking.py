"""Mistakes in the types, choices and defaults of a class: told when it is defined, as far as its names exist."""

from __future__ import annotations

import inspect
import sys
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import attrs

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.fields import options_of
from tfaip.params.defining.generics import annotated_fields, is_open, origin_class, substitute
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import DefinitionError, ParamsError
from tfaip.params.values.annotations import has_fields
from tfaip.params.values.base import ValueType
from tfaip.params.values.problem import ValueProblem
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType

__all__ = ["check", "check_own_fields"]


def check_own_fields(cls: type[Any]) -> None:
    """Check the fields that a class declares itself, where the names in their types exist already.

    Raises:
        DefinitionError: A type can't be that of a field, or a default or choice isn't of its type.
    """
    own = set(annotated_fields(cls))
    for attribute in attrs.fields(cls):
        if attribute.name not in own or not attribute.init:
            continue
        annotation = _resolved(cls, attribute.name, attribute.type)
        if annotation is not None and not is_open(annotation):
            options = options_of(attribute.metadata)
            FieldSpec(
                cls, attribute.name, attribute.alias, annotation, options, attribute.default, attribute.converter
            ).check()


def _resolved(cls: type[Any], name: str, annotation: Any) -> Any:
    """The annotation with its names filled in; None where one doesn't exist yet, which the first use tells."""
    holder = type(cls.__name__, (), {"__annotations__": {name: annotation}})
    namespace = vars(sys.modules.get(cls.__module__, typing))
    try:
        hint = typing.get_type_hints(holder, namespace, {cls.__name__: cls}, include_extras=True)[name]
        return substitute(hint, {typing.Self: cls})
    except Exception:  # whatever an expression may raise
        return None


def check(checked: Any) -> None:
    """Check a params class and all classes that it holds, for tests; or an instance, whose values may have changed.

    Args:
        checked: A class is checked with the defaults that its factories make. An instance is checked value by value;
            text is good for a path.

    Raises:
        DefinitionError: With all that is wrong in a class: types, defaults, choices, names that don't exist.
        ParamsError: With all values of an instance that have a wrong type.
    """
    if not isinstance(checked, type) and has_fields(type(checked)):
        if wrong := list(_wrong_values(checked, type(checked).__name__)):
            raise ParamsError("\n".join(wrong))
        return
    cls: type[Any] = checked
    problems: list[str] = []
    seen: set[type[Any]] = set()
    waiting = [cls]
    while waiting:
        found = waiting.pop()
        if found not in seen and has_fields(found):
            seen.add(found)
            waiting += _check_class(found, problems)
    if problems:
        raise DefinitionError("\n".join(dict.fromkeys(problems)))


def _wrong_values(instance: Any, where: str) -> Iterator[str]:
    """A sentence for each value of another type than that of its field, in an instance and all that it holds."""
    for name, spec in fields_of(type(instance)).items():
        value = getattr(instance, name, None)
        try:
            if not is_open(spec.annotation) or value is None:
                spec.check_value(value)
        except ValueProblem as problem:
            if not _is_text_of_a_path(spec, value):
                yield f"{where}.{name}: {problem.problem}"
        held = value if isinstance(value, list | tuple) else value.values() if isinstance(value, dict) else [value]
        for item in held:
            if has_fields(type(item)):
                yield from _wrong_values(item, f"{where}.{name}")


def _is_text_of_a_path(spec: FieldSpec, value: Any) -> bool:
    return isinstance(value, str) and isinstance(spec.kind, ValueType) and spec.kind.holds(Path(value))


def _check_class(cls: type[Any], problems: list[str]) -> list[type[Any]]:
    """The classes that a class holds."""
    held: list[type[Any]] = []
    try:
        fields = fields_of(cls)
    except DefinitionError as error:
        problems.append(str(error))
        return held
    for spec in fields.values():
        if is_open(spec.annotation):
            continue
        try:
            spec.check()
            kind = spec.kind
            default = None
            is_whole = not inspect.isabstract(cls) and not getattr(cls, "__parameters__", ())
            if is_whole and spec.has_default and not spec.needs_instance():
                default = spec.default_value()
                spec.check_value(default)
        except DefinitionError as error:
            problems.append(str(error))
            continue
        except ValueProblem as problem:
            problems.append(str(spec.error(f"the default: {problem.problem}")))
            continue
        if isinstance(kind, ParamsType | ParamsList | ParamsDict):
            item = kind if isinstance(kind, ParamsType) else kind.item
            classes = [*item.annotations, *(spec.options.choices or ()), type(default)]
            held += [found for found in map(origin_class, classes) if found is not None]
    return held
