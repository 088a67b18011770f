"""Values that are one of several things: an enum's members, literals, choices, unions, and what may be None."""

from __future__ import annotations

import functools
from collections.abc import Sequence
from enum import Enum, Flag
from typing import Any

from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.collections import SequenceType
from tfaip.params.values.problem import ValueProblem
from tfaip.params.values.scalars import FALSE_WORDS, TRUE_WORDS

__all__ = [
    "NONE_WORDS",
    "ChoiceType",
    "EnumType",
    "LiteralType",
    "OptionalType",
    "UnionType",
    "not_among",
    "plain_member",
]

NONE_WORDS = ("none", "null")


def not_among(word: str, allowed: Sequence[str]) -> ValueProblem:
    """The problem of a word that isn't one of those allowed."""
    return ValueProblem(f"must be one of {', '.join(allowed)}, got {word!r}", did_you_mean(nearest(word, allowed)))


def plain_member(member: Enum) -> Any:
    """A member as files hold it: by value if that is a word or a number and no mere count, else by name."""
    name, value = member.name, member.value
    return _plain_members(type(member)).get(name, value)


@functools.lru_cache(maxsize=256)
def _plain_members(cls: type[Enum]) -> dict[str, Any]:
    values = [member.value for member in cls]
    words = {value for value in values if isinstance(value, str)}
    # `auto()` counts: a new member changes the numbers of the others, never their names. Those of an IntEnum matter.
    numbers = [] if issubclass(cls, int) else [value for value in values if type(value) is int]
    if issubclass(cls, Flag):
        counted = numbers == [1 << index for index in range(len(numbers))]
    else:
        counted = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if len(numbers) > 1 else numbers == [1]
    plain = {}
    for member in cls:
        named = (counted and type(member.value) is int) or not isinstance(member.value, str | int | float)
        plain[member.name] = member.name if named and member.name not in words else member.value
    return plain


class EnumType(ScalarType):
    """A member of an enum, by value or else by name."""

    __slots__ = ("cls", "label")

    def __init__(self, cls: type[Enum]) -> None:
        self.cls = cls
        self.label = self.cls.__name__

    def read(self, word: str) -> Enum:
        """The member whose value reads like the word, or whose name it is."""
        for member in self.cls:
            if word in (self.write(member), str(member.value)):
                return member
        if word in self.cls.__members__:
            return self.cls[word]
        raise not_among(word, self.words())

    def write(self, value: Any) -> str:
        """As files hold it."""
        return str(plain_member(value))

    def words(self) -> tuple[str, ...]:
        """All members."""
        return tuple(self.write(member) for member in self.cls)

    def json_schema(self) -> dict[str, Any]:
        """The members as files hold them."""
        return {"enum": [plain_member(member) for member in self.cls]}


def _other_words(value: Any) -> tuple[str, ...]:
    """What may be written for None and the booleans everywhere, in any case."""
    if value is None:
        return NONE_WORDS
    if isinstance(value, bool):
        return TRUE_WORDS if value else FALSE_WORDS
    return ()


class LiteralType(ScalarType):
    """One of the values that a `Literal[...]` lists."""

    __slots__ = ("label", "values")

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.values = values
        self.label = "|".join(self.words())

    def read(self, word: str) -> Any:
        """The value that reads like the word."""
        for value in self.values:
            if self.write(value) == word or (isinstance(value, Enum) and str(value.value) == word):
                return value
        for value in self.values:
            if word.lower() in _other_words(value):
                return value
        raise not_among(word, self.words())

    def write(self, value: Any) -> str:
        """Booleans, None and enums as everywhere, everything else as `str` writes it."""
        if value is None:
            return next((word for word in NONE_WORDS if word not in self.values), "None")
        if isinstance(value, bool):
            return "true" if value else "false"
        return str(plain_member(value) if isinstance(value, Enum) else value)

    def words(self) -> tuple[str, ...]:
        """All values."""
        return tuple(self.write(value) for value in self.values)

    def json_schema(self) -> dict[str, Any]:
        """The values."""
        return {"enum": [plain_member(value) if isinstance(value, Enum) else value for value in self.values]}


class ChoiceType(ScalarType):
    """A scalar restricted to the choices of its field."""

    __slots__ = ("choices", "enforced", "inner", "label")

    def __init__(self, inner: ScalarType, choices: tuple[Any, ...], enforced: bool) -> None:
        self.inner = inner
        self.choices = choices
        self.enforced = enforced
        self.label = self.inner.label

    def read(self, word: str) -> Any:
        """The value, if it is among the choices."""
        try:
            value = self.inner.read(word)
        except ValueProblem:
            if not self.enforced:
                raise
            raise not_among(word, self.words()) from None
        self._check(value, word)
        return value

    def write(self, value: Any) -> str:
        """As without choices; None, which an optional field may list among them, as everywhere."""
        return NONE_WORDS[0] if value is None else self.inner.write(value)

    def check(self, value: Any) -> None:
        """Refuse what isn't among the choices."""
        self._check(value, self.write(value))

    def _check(self, value: Any, word: str) -> None:
        if self.enforced and value not in self.choices:
            raise not_among(word, self.words())

    def words(self) -> tuple[str, ...]:
        """The choices."""
        return tuple(self.write(choice) for choice in self.choices)

    def json_schema(self) -> dict[str, Any]:
        """The choices where they are enforced."""
        if not self.enforced:
            return {**self.inner.json_schema(), "examples": [self.write(choice) for choice in self.choices]}
        members = [plain_member(choice) if isinstance(choice, Enum) else choice for choice in self.choices]
        return {"enum": [plain if isinstance(plain, str | int | float) else self.write(plain) for plain in members]}


class UnionType(ScalarType):
    """One of several scalar types; the first that accepts a word wins, text comes last."""

    __slots__ = ("label", "members")

    def __init__(self, members: tuple[ScalarType, ...]) -> None:
        self.members = members
        self.label = " | ".join(member.label for member in self.members)

    def read(self, word: str) -> Any:
        """The value as the first type that accepts it."""
        for member in self.members:
            try:
                return member.read(word)
            except ValueProblem:
                continue
        raise ValueProblem(f"must be {self.label.replace(' | ', ' or ')}, got {word!r}")

    def write(self, value: Any) -> str:
        """As the first type writes it that reads it back."""
        for member in self.members:
            try:
                word = member.write(value)
                read_back = member.read(word)
            except (ValueProblem, AttributeError):
                continue
            if type(read_back) is type(value):
                return word
        return str(value)

    def words(self) -> tuple[str, ...]:
        """What any of the types offers."""
        return tuple(word for member in self.members for word in member.words())

    def json_schema(self) -> dict[str, Any]:
        """Any of the types."""
        return {"anyOf": [member.json_schema() for member in self.members]}


class OptionalType(ScalarType):
    """A value that may be None, for which one writes `none` or `null`."""

    __slots__ = ("inner", "label")

    def __init__(self, inner: ValueType) -> None:
        self.inner = inner
        self.label = f"{self.inner.label} | none"

    def take(self, words: Sequence[str]) -> int:
        """The word for None, or as many as the type takes."""
        items_may_be_none = isinstance(self.inner, SequenceType) and isinstance(self.inner.item, OptionalType)
        if words and words[0].lower() in NONE_WORDS and not items_may_be_none:
            return 1
        return self.inner.take(words)

    def parse(self, words: Sequence[str]) -> Any:
        """None, or the value."""
        return None if len(words) == 1 and words[0].lower() in NONE_WORDS else self.inner.parse(words)

    def read(self, word: str) -> Any:
        """None, or the value of one word."""
        return self.parse([word])

    def format(self, value: Any) -> list[str]:
        """`none`, or as the type does."""
        return ["none"] if value is None else self.inner.format(value)

    def write(self, value: Any) -> str:
        """`none`, or as the type does."""
        return " ".join(self.format(value))

    def check(self, value: Any) -> None:
        """None is always allowed."""
        if value is not None:
            self.inner.check(value)

    def words(self) -> tuple[str, ...]:
        """What the type offers, and `none`."""
        return (*self.inner.words(), "none")

    def json_schema(self) -> dict[str, Any]:
        """The type, or null."""
        return {"anyOf": [self.inner.json_schema(), {"type": "null"}]}
