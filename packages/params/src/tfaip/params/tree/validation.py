"""The fields that a class refused, told one by one: its constructor stops at the first."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import attrs

from tfaip.params.defining.conversion import apply_converter
from tfaip.params.values.moments import format_timedelta
from tfaip.params.values.problem import RAISED_FOR_VALUES, ValueProblem, message_of

__all__ = ["problems_of", "problems_of_fields"]


def problems_of(cls: type[Any], values: dict[str, Any], error: Exception) -> list[tuple[str, ValueProblem]]:
    """The problems behind an error of `cls(**values)`, by field; by `""` if it is the class as such that objects."""
    return problems_of_fields(cls, values) or [("", ValueProblem(_message(error, "")))]


def problems_of_fields(cls: type[Any], values: dict[str, Any]) -> list[tuple[str, ValueProblem]]:
    """The problems that converters and validators find in some of the fields, without an instance being made."""
    problems: list[tuple[str, ValueProblem]] = []
    if attrs.has(cls):
        converted = _convert(cls, values, problems)
        if not problems:
            _validate(cls, converted, problems)
    return problems


def _convert(cls: Any, values: dict[str, Any], problems: list[tuple[str, ValueProblem]]) -> dict[str, Any]:
    converted = dict(values)
    instance = cls.__new__(cls)
    for attribute in attrs.fields(cls):
        if attribute.converter is not None and attribute.name in values:
            try:
                converted[attribute.name] = apply_converter(attribute, values[attribute.name], instance)
            except RAISED_FOR_VALUES as error:
                problems.append((attribute.name, _problem(error, attribute.name, values[attribute.name])))
    return converted


def _validate(cls: Any, values: dict[str, Any], problems: list[tuple[str, ValueProblem]]) -> None:
    # Validators may look at the other fields, so each gets an instance that was made without asking them.
    instance = cls.__new__(cls)
    for name, value in values.items():
        object.__setattr__(instance, name, value)
    for attribute in attrs.fields(cls):
        if attribute.validator is not None and attribute.name in values:
            try:
                attribute.validator(instance, attribute, values[attribute.name])
            except RAISED_FOR_VALUES as error:
                problems.append((attribute.name, _problem(error, attribute.name, values[attribute.name])))
            except AttributeError:
                continue  # it looks at a field that is itself what is wrong


def _problem(error: Exception, name: str, value: Any) -> ValueProblem:
    # The validators of attrs write `must be > 0: -1`.
    message = _message(error, name).removesuffix(f": {value!r}")
    shown = repr(value)
    if isinstance(value, timedelta):
        message, shown = message.removesuffix(f": {value}"), format_timedelta(value)
    return ValueProblem(message if f"got {shown}" in message else f"{message}, got {shown}")


def _message(error: Exception, name: str) -> str:
    """The text of an error without what attrs puts around it: the name of the field, which the reader sees anyway."""
    # attrs adds the attribute and the value to the arguments of some errors.
    text = str(error.args[0]) if len(error.args) > 1 else message_of(error)
    return text.removeprefix(f"'{name}' ")
