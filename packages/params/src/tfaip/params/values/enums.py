"""Members of enums and flags, and the values that a `Literal` lists."""

from __future__ import annotations

import functools
import operator
from collections.abc import Sequence
from enum import Enum, Flag
from typing import Any

from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.values.base import Reading, ScalarType, SchemaHost, Writing
from tfaip.params.values.problem import ValueProblem, shown
from tfaip.params.values.scalars import FALSE_WORDS, TRUE_WORDS

__all__ = ["NONE_WORDS", "EnumType", "LiteralType", "not_among", "plain_forms", "plain_member"]

NONE_WORDS = ("none", "null")


def not_among(word: str, allowed: Sequence[str]) -> ValueProblem:
    """The problem of a word that isn't one of those allowed."""
    return ValueProblem(f"must be one of {', '.join(allowed)}, got {word!r}", did_you_mean(nearest(word, allowed)))


def plain_member(member: Enum) -> Any:
    """A member as files hold it: by value if that is a word or a number and no mere count, else by name."""
    name, value = member.name, member.value
    if name not in type(member).__members__ and isinstance(member, Flag):
        return _plain_flags(member)
    return _plain_members(type(member)).get(name, value)


@functools.lru_cache(maxsize=256)
def _plain_members(cls: type[Enum]) -> dict[str, Any]:
    values = [member.value for member in cls]
    words = {value for value in values if isinstance(value, str)}
    # `auto()` counts: a new member changes the numbers of the others, never their names. An IntEnum needs its values.
    numbers = [] if issubclass(cls, int) else [value for value in values if type(value) is int]
    if issubclass(cls, Flag):
        counted = numbers == [1 << index for index in range(len(numbers))]
    else:
        counted = numbers == list(range(numbers[0], numbers[0] + len(numbers))) if len(numbers) > 1 else numbers == [1]
    plain = {}
    for member in cls.__members__.values():
        named = (counted and type(member.value) is int) or not isinstance(member.value, str | int | float)
        plain[member.name] = member.name if named and member.name not in words else member.value
    return plain


def _plain_flags(member: Flag) -> Any:
    """Combined flags: `READ|WRITE`, by names where members are stored by name, else as the number."""
    known = [found for found in type(member) if found.value and found in member]
    rest = functools.reduce(operator.or_, (found.value for found in known), 0) ^ member.value
    if not known or rest or not all(isinstance(plain_member(found), str) for found in known):
        return member.value
    return "|".join(str(plain_member(found)) for found in known)


def plain_forms(value: Any) -> tuple[Any, ...]:
    """How files may hold a value; older ones hold the numbers of members that are stored by name."""
    return (plain_member(value), value.value) if isinstance(value, Enum) else (value,)


def _reads_as(value: Any, data: Any) -> bool:
    return any(type(plain) is type(data) and plain == data for plain in plain_forms(value))


class EnumType(ScalarType):
    """A member of an enum, by value or else by name; flags combined by `|`."""

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
        if issubclass(self.cls, Flag):
            return self._read_flags(word)
        raise not_among(word, self.words())

    def _read_flags(self, word: str) -> Enum:
        if "|" in word:
            return functools.reduce(operator.or_, (self.read(part.strip()) for part in word.split("|")))
        if word.isascii() and word.isdigit() and len(word) < 100:  # Python refuses to read thousands of digits
            return self._of_number(int(word))
        problem = not_among(word, self.words())
        raise ValueProblem(problem.problem, (*problem.hints, "combine them with |"))

    def _of_number(self, number: int) -> Enum:
        try:
            found: Enum = self.cls(number)
        except ValueError:
            raise not_among(str(number), self.words()) from None
        return found

    def write(self, value: Any) -> str:
        """As files hold it."""
        return str(plain_member(value))

    def words(self) -> tuple[str, ...]:
        """All members."""
        return tuple(self.write(member) for member in self.cls)

    def load(self, data: Any, reading: Reading) -> Enum:
        """The member that files hold so, or whose name it is."""
        for member in self.cls:
            if _reads_as(member, data):
                return member
        if isinstance(data, str):
            if data in self.cls.__members__:
                return self.cls[data]
            if issubclass(self.cls, Flag) and "|" in data:
                return self._read_flags(data)
        elif type(data) is int and issubclass(self.cls, Flag):
            return self._of_number(data)
        allowed = ", ".join(self.words())
        raise ValueProblem(f"must be one of {allowed}, got {shown(data)}")

    def dump(self, value: Any, writing: Writing) -> Any:
        """As files hold it."""
        return plain_member(value) if isinstance(value, self.cls) else writing.plain(value)

    def check(self, value: Any) -> None:
        """Take members, and texts that are equal to one, as in enums of texts."""
        is_equal = isinstance(value, str) and value in [member.value for member in self.cls]
        if not isinstance(value, self.cls) and not is_equal:
            raise self.refused(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """The members as files hold them."""
        members: dict[str, Any] = {"enum": [plain_member(member) for member in self.cls]}
        return {"anyOf": [members, {"type": ["string", "integer"]}]} if issubclass(self.cls, Flag) else members


def _other_words(value: Any) -> tuple[str, ...]:
    """The words that may be written for None and the booleans everywhere, in any case."""
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

    def load(self, data: Any, reading: Reading) -> Any:
        """The value that files hold so."""
        for value in self.values:
            if _reads_as(value, data):
                return value
        raise ValueProblem(f"must be one of {', '.join(self.words())}, got {shown(data)}")

    def dump(self, value: Any, writing: Writing) -> Any:
        """The value, of an enum as files hold it."""
        return writing.plain(value)

    def check(self, value: Any) -> None:
        """Take the values, no others that are equal: `1` is not `True`."""
        if not any(value == listed and isinstance(value, bool) == isinstance(listed, bool) for listed in self.values):
            raise ValueProblem(f"must be one of {', '.join(self.words())}, got {shown(value)}")

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """The values."""
        return {"enum": [plain_member(value) if isinstance(value, Enum) else value for value in self.values]}
