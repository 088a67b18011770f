"""The two base classes of all values that aren't params: any value, and those that are a single word."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.params.values.problem import ValueProblem

__all__ = ["ScalarType", "ValueType"]


class ValueType:
    """How a value is read from words of the command line, and written back."""

    __slots__ = ()

    label: str
    """The type as help shows it."""

    def take(self, words: Sequence[str]) -> int:
        """How many of the words that follow the argument belong to it."""
        raise NotImplementedError

    def parse(self, words: Sequence[str]) -> Any:
        """The value that the words stand for; raises `ValueProblem`."""
        raise NotImplementedError

    def format(self, value: Any) -> list[str]:
        """Words that `parse` reads as this value."""
        raise NotImplementedError

    def check(self, value: Any) -> None:
        """Raise `ValueProblem` where a value that has the right type isn't among the choices."""

    def words(self) -> tuple[str, ...]:
        """The words that completion offers."""
        return ()

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema of the value as it is stored in files."""
        raise NotImplementedError


class ScalarType(ValueType):
    """A value that is one word on the command line."""

    __slots__ = ()

    def take(self, words: Sequence[str]) -> int:
        """One word, if there is one."""
        return min(1, len(words))

    def parse(self, words: Sequence[str]) -> Any:
        """The value of exactly one word."""
        if len(words) != 1:
            raise ValueProblem(f"expects one value ({self.label}), got {len(words) or 'none'}")
        return self.read(words[0])

    def format(self, value: Any) -> list[str]:
        """The one word."""
        return [self.write(value)]

    def read(self, word: str) -> Any:
        """The value of one word; raises `ValueProblem`."""
        raise NotImplementedError

    def write(self, value: Any) -> str:
        """The word that `read` takes for this value."""
        return str(value)
