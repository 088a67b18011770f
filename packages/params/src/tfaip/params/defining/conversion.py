"""Converters of fields are applied once: values of instances and of files have been through them."""

from __future__ import annotations

import functools
from typing import Any

import attrs

__all__ = ["Converted", "apply_converter", "skipping_converted", "skips_converted"]

# attrs has converters that see the instance since 24.1.
_AWARE: Any = getattr(attrs, "Converter", ())

_MARK = "__skips_converted__"


class Converted:
    """A value for a constructor that its converter leaves alone."""

    __slots__ = ("value",)

    def __init__(self, value: Any) -> None:
        self.value = value


def skipping_converted(converter: Any) -> Any:
    """A converter that takes the value out of `Converted` and converts all others."""
    if skips_converted(converter):
        return converter
    inner = converter.converter if isinstance(converter, _AWARE) else converter

    @functools.wraps(inner)
    def convert(value: Any, *context: Any) -> Any:
        return value.value if isinstance(value, Converted) else inner(value, *context)

    setattr(convert, _MARK, True)
    if not isinstance(converter, _AWARE):
        return convert
    return _AWARE(convert, takes_self=converter.takes_self, takes_field=converter.takes_field)


def skips_converted(converter: Any) -> bool:
    """Whether the converter knows `Converted`; those of plain attrs classes don't."""
    return hasattr(converter.converter if isinstance(converter, _AWARE) else converter, _MARK)


def apply_converter(attribute: attrs.Attribute[Any], value: Any, instance: Any) -> Any:
    """The value as the constructor converts it."""
    converter: Any = attribute.converter
    return converter(value, instance, attribute) if isinstance(converter, _AWARE) else converter(value)
