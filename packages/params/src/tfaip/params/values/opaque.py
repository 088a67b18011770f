"""Values of a type that only files know: fields that are hidden from the command line."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from .base import ValueType
from .problem import ValueProblem

__all__ = ["OpaqueType"]


class OpaqueType(ValueType):
    """Whatever the field's annotation, encoder and decoder make of it."""

    __slots__ = ()

    @property
    def label(self) -> str:
        """`any`."""
        return "any"

    def take(self, words: Sequence[str]) -> int:
        """None."""
        return 0

    def parse(self, words: Sequence[str]) -> Any:
        """Always refused."""
        raise ValueProblem("can't be set on the command line")

    def format(self, value: Any) -> list[str]:
        """What Python shows."""
        return [repr(value)]

    def json_schema(self) -> dict[str, Any]:
        """Anything."""
        return {}
