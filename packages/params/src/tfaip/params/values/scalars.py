"""Numbers, text and booleans."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.params.values.base import Reading, ScalarType, SchemaHost, Writing
from tfaip.params.values.problem import ValueProblem

__all__ = ["FALSE_WORDS", "TRUE_WORDS", "BoolType", "FloatType", "IntType", "StrType", "is_not_finite"]

TRUE_WORDS = ("true", "yes", "1")
FALSE_WORDS = ("false", "no", "0")

_NOT_FINITE = ("inf", "-inf", "nan")


def is_not_finite(data: Any) -> bool:
    """Whether plain data is one of the three words for numbers that JSON lacks."""
    return isinstance(data, str) and data in _NOT_FINITE


def _is_a(value: Any, name: str) -> bool:
    """Whether a value is a scalar of NumPy of some kind, told without importing that."""
    return any(base.__module__ == "numpy" and base.__name__ == name for base in type(value).__mro__)


class IntType(ScalarType):
    """A whole number; underscores and the prefixes 0x, 0o and 0b are allowed as in Python."""

    __slots__ = ()
    label = "int"

    def read(self, word: str) -> int:
        """The number, exactly."""
        for base in (10, 0):
            try:
                return int(word, base)
            except ValueError:
                continue
        raise ValueProblem(f"must be a whole number, got {word!r}")

    def load(self, data: Any, reading: Reading) -> int:
        """Nothing but an integer."""
        if type(data) is not int:
            raise self.refused(data)
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """A plain integer, also of a class that derives from `int`."""
        return int(value) if type(value) is int else writing.plain(value)

    def check(self, value: Any) -> None:
        """Take integers, NumPy's too, and no booleans."""
        if type(value) is not int and (
            isinstance(value, bool) or not (isinstance(value, int) or _is_a(value, "integer"))
        ):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An integer."""
        return {"type": "integer"}


class FloatType(ScalarType):
    """A number; `inf` and `nan` are numbers too."""

    __slots__ = ()
    label = "float"

    def read(self, word: str) -> float:
        """The nearest float."""
        try:
            return float(word)
        except ValueError:
            raise ValueProblem(f"must be a number, got {word!r}") from None

    def write(self, value: Any) -> str:
        """The shortest word that gives the same float."""
        return repr(float(value)) if _is_a(value, "generic") else repr(value)

    def load(self, data: Any, reading: Reading) -> float:
        """A number, or one of the three that JSON has no word for."""
        if type(data) is float:
            return data
        if type(data) is int or is_not_finite(data):
            try:
                return float(data)
            except OverflowError:
                raise ValueProblem("is too large for a float") from None
        raise self.refused(data)

    def dump(self, value: Any, writing: Writing) -> Any:
        """The number."""
        return value if type(value) is float else writing.plain(value)

    def check(self, value: Any) -> None:
        """Take whole numbers too."""
        if isinstance(value, bool) or not (
            isinstance(value, float | int) or _is_a(value, "floating") or _is_a(value, "integer")
        ):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """A number, or one of the three that JSON has no word for."""
        return {"anyOf": [{"type": "number"}, {"enum": list(_NOT_FINITE)}]}


class StrType(ScalarType):
    """Text, taken as it is."""

    __slots__ = ()
    label = "str"

    def read(self, word: str) -> str:
        """The word itself."""
        return word

    def load(self, data: Any, reading: Reading) -> str:
        """Nothing but text."""
        if type(data) is not str:
            raise self.refused(data)
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """The text."""
        return value if type(value) is str else writing.plain(value)

    def check(self, value: Any) -> None:
        """Take text."""
        if not isinstance(value, str):
            raise self.refused(value)


class BoolType(ScalarType):
    """A flag: alone it means true, and it takes the next word only if that is one of the six that it knows."""

    __slots__ = ()
    label = "bool"

    def take(self, words: Sequence[str]) -> int:
        """One word if it is true, yes, 1, false, no or 0."""
        return int(bool(words) and words[0].lower() in TRUE_WORDS + FALSE_WORDS)

    def parse(self, words: Sequence[str], reading: Reading) -> bool:
        """True for a bare flag."""
        return self.read(words[0]) if words else True

    def read(self, word: str) -> bool:
        """Whether the word is true, yes or 1."""
        if word.lower() in TRUE_WORDS:
            return True
        if word.lower() in FALSE_WORDS:
            return False
        raise ValueProblem(f"must be true, yes, 1, false, no, 0 or nothing, got {word!r}")

    def write(self, value: Any) -> str:
        """`true` or `false`."""
        return "true" if value else "false"

    def words(self) -> tuple[str, ...]:
        """`true` and `false`."""
        return ("true", "false")

    def load(self, data: Any, reading: Reading) -> bool:
        """Nothing but a boolean."""
        if type(data) is not bool:
            raise self.refused(data)
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """The boolean."""
        return value if type(value) is bool else writing.plain(value)

    def check(self, value: Any) -> None:
        """Take booleans, NumPy's too."""
        if type(value) is not bool and not (_is_a(value, "bool") or _is_a(value, "bool_")):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}
