"""Values of a type that only files know: fields that are hidden from the command line."""

from __future__ import annotations

from typing import Any

from tfaip.params.values.base import ValueType

__all__ = ["OpaqueType"]


class OpaqueType(ValueType):
    """Whatever the field's annotation, encoder and decoder make of it; there is no argument that would set it."""

    __slots__ = ()
    label = "any"

    def json_schema(self) -> dict[str, Any]:
        """Anything."""
        return {}
