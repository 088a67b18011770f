"""Classes of the user's own that are one word on the command line and in files."""

from __future__ import annotations

from typing import Any

from tfaip.params.values.base import ScalarType
from tfaip.params.values.problem import ValueProblem

__all__ = ["OwnType", "reads_words"]


def reads_words(cls: object) -> bool:
    """Whether a class has `from_word(word)`, a class method, and `to_word()`, its inverse."""
    return isinstance(cls, type) and hasattr(cls, "from_word") and hasattr(cls, "to_word")


class OwnType(ScalarType):
    """An instance of a class that makes itself from a word; what it can't read it refuses with a `ValueError`."""

    __slots__ = ("cls", "label")

    def __init__(self, cls: Any) -> None:
        self.cls = cls
        self.label = str(cls.__name__)

    def read(self, word: str) -> Any:
        """What the class makes of the word."""
        try:
            return self.cls.from_word(word)
        except ValueError as error:
            raise ValueProblem(f"must be a {self.label}, got {word!r}", [str(error)]) from None

    def write(self, value: Any) -> str:
        """What the instance makes of itself."""
        return str(value.to_word())

    def json_schema(self) -> dict[str, Any]:
        """A string."""
        return {"type": "string"}
