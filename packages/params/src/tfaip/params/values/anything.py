"""Values of any type: written by their class alone, and read by the plain data alone."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date, time, timedelta
from enum import Enum
from pathlib import PurePath
from typing import Any

from tfaip.params.values.base import Reading, ScalarType, SchemaHost, ValueType, Writing, json_of_word, word_of_json
from tfaip.params.values.enums import NONE_WORDS, plain_member
from tfaip.params.values.mappings import key_of
from tfaip.params.values.moments import format_timedelta
from tfaip.params.values.own import own_type_of
from tfaip.params.values.problem import ValueProblem

__all__ = ["AnyType", "OpaqueType", "plain_of", "words_of"]


class AnyType(ScalarType):
    """Any plain data: JSON text, `none`, or else text as it is."""

    __slots__ = ()
    label = "Any"

    @property
    def arity(self) -> int | None:
        """Unknown: a word may be JSON text of a list."""
        return None

    def read(self, word: str) -> Any:
        """The type that the word tells of itself."""
        if word.lower() in NONE_WORDS:
            return None
        try:
            return json_of_word(word, self.label)
        except ValueProblem:
            return word

    def format(self, value: Any, writing: Writing) -> list[str]:
        """Text as it is, unless it would be read as something else; JSON text of all other values."""
        data = writing.plain(value)
        if isinstance(data, str) and self.read(data) == data:
            return [data]
        return [NONE_WORDS[0] if data is None else word_of_json(data)]

    def write(self, value: Any) -> str:
        """As `format` does."""
        return words_of(self, value)[0]

    def load(self, data: Any, reading: Reading) -> Any:
        """The data itself."""
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """As the class of the value says."""
        return writing.plain(value)

    def check(self, value: Any) -> None:
        """Take everything."""

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """Anything."""
        return {}


class OpaqueType(ValueType):
    """Values of a class that nothing here knows: fields that are hidden from the command line.

    Args:
        cls: The class, if the annotation is one; files hold no instances of it, but its field may be None or have an
            encoder and a decoder.
    """

    __slots__ = ("cls", "label")

    def __init__(self, cls: Any = None, label: str = "any") -> None:
        self.cls = cls
        self.label = label

    def load(self, data: Any, reading: Reading) -> Any:
        """The data itself, where it is of the class."""
        self.check(data)
        return data

    def dump(self, value: Any, writing: Writing) -> Any:
        """As the class of the value says."""
        return writing.plain(value)

    def check(self, value: Any) -> None:
        """Take instances of the class."""
        if self.cls is not None and not isinstance(value, self.cls):
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """Anything."""
        return {}


def plain_of(value: Any, writing: Writing) -> Any:
    """A value as plain data by its class alone; a value that no file holds comes back as it is."""
    cls = type(value)
    if cls in (str, int, float, bool) or value is None:
        return value
    if not hasattr(cls, "__attrs_attrs__") and (own := own_type_of(cls)) is not None:
        return own.dump(value, writing)
    if isinstance(value, Enum):
        return plain_member(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, int | float):
        return int(value) if isinstance(value, int) else float(value)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, timedelta):
        return format_timedelta(value)
    if isinstance(value, PurePath):
        return str(value)
    if any((base.__module__, base.__name__) == ("numpy", "generic") for base in cls.__mro__):
        return value.item()  # told without importing NumPy
    return _plain_collection(value, writing)


def _plain_collection(value: Any, writing: Writing) -> Any:
    if isinstance(value, Mapping):
        plain: dict[str, Any] = {}
        for key, item in value.items():
            if (name := key_of(writing.plain(key))) in plain:
                raise ValueProblem(f"two keys are stored as {name!r}")
            plain[name] = writing.plain(item)
        return plain
    if isinstance(value, AbstractSet):
        # Sets have no order: files must not change from run to run.
        return sorted((writing.plain(item) for item in value), key=lambda item: (str(type(item)), item))
    if isinstance(value, Sequence) and not isinstance(value, bytes | bytearray | memoryview):
        return [writing.plain(item) for item in value]
    return value


def _shown_writing() -> Writing:
    """Writes params inside values by their name: for people."""

    def plain(value: Any) -> Any:
        return type(value).__name__ if hasattr(value, "__attrs_attrs__") else plain_of(value, writing)

    writing = Writing(plain, lambda kind, value: plain(value))
    return writing


def words_of(kind: ValueType, value: Any, writing: Writing | None = None) -> list[str]:
    """Words of the command line that stand for a value.

    Args:
        kind: The kind of value.
        value: The value.
        writing: Writes params in it so that they can be read again; by default they are shown by their names.

    Raises:
        ValueError, TypeError, AttributeError: The value is of another type.
    """
    return kind.format(value, writing or _shown_writing())
