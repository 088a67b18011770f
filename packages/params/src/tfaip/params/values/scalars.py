"""Numbers, text, paths and booleans."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfaip.params.values.base import ScalarType
from tfaip.params.values.problem import ValueProblem

__all__ = ["FALSE_WORDS", "TRUE_WORDS", "BoolType", "FloatType", "IntType", "PathType", "StrType"]

TRUE_WORDS = ("true", "yes", "1")
FALSE_WORDS = ("false", "no", "0")


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

    def json_schema(self) -> dict[str, Any]:
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
        return repr(value)

    def json_schema(self) -> dict[str, Any]:
        """A number, or one of the three that JSON has no word for."""
        return {"anyOf": [{"type": "number"}, {"enum": ["inf", "-inf", "nan"]}]}


class StrType(ScalarType):
    """Text, taken as it is."""

    __slots__ = ()
    label = "str"

    def read(self, word: str) -> str:
        """The word itself."""
        return word

    def json_schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string"}


class PathType(ScalarType):
    """The path of a file or folder."""

    __slots__ = ()
    label = "path"

    def read(self, word: str) -> Path:
        """The path; neither resolved nor required to exist."""
        if not word:
            raise ValueProblem("must be a path, got ''")
        return Path(word)

    def json_schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string"}


class BoolType(ScalarType):
    """A flag: alone it means true, and it takes the next word only if that is one of the six that it knows."""

    __slots__ = ()
    label = "bool"

    def take(self, words: Sequence[str]) -> int:
        """One word if it is true, yes, 1, false, no or 0."""
        return int(bool(words) and words[0].lower() in TRUE_WORDS + FALSE_WORDS)

    def parse(self, words: Sequence[str]) -> bool:
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

    def json_schema(self) -> dict[str, Any]:
        """A boolean."""
        return {"type": "boolean"}
