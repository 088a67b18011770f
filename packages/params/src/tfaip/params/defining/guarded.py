"""Validators that are asked for a value of a wrong type, as `params.epochs = "5"`: a sentence, not their own error."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import attrs

from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import ParamsError
from tfaip.params.values.problem import ValueProblem

__all__ = ["guarded"]

Validator = Callable[[Any, Any, Any], Any]


class _Guarded:
    """A validator that blames the type where it fails on a value of another type."""

    def __init__(self, validator: Validator) -> None:
        self._validator = validator

    def __call__(self, instance: Any, attribute: attrs.Attribute[Any], value: Any) -> None:
        try:
            self._validator(instance, attribute, value)
        except (TypeError, AttributeError):
            if problem := _problem_of_type(type(instance), attribute.name, value):
                raise ParamsError(f"{type(instance).__name__}.{attribute.name}: {problem}") from None
            raise

    def __repr__(self) -> str:
        return repr(self._validator)


def guarded(validator: Validator) -> Validator:
    """The validator, which now names a value of another type than that of the field."""
    return validator if isinstance(validator, _Guarded) else _Guarded(validator)


def _problem_of_type(cls: type[Any], name: str, value: Any) -> str:
    try:
        fields_of(cls)[name].check_value(value)
    except ValueProblem as problem:
        return problem.problem
    return ""
