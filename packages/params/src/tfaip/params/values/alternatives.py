"""Values of one of several types: choices, unions, and values that may be None."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from functools import partial
from typing import Any

from tfaip.params.values.base import Kind, Reading, ScalarType, SchemaHost, ValueType, Writing, read_words
from tfaip.params.values.collections import CollectionType, SequenceType
from tfaip.params.values.enums import NONE_WORDS, not_among, plain_member
from tfaip.params.values.problem import ValueProblem, shown
from tfaip.params.values.scalars import BoolType, FloatType, IntType, is_not_finite

__all__ = ["NONE_WORDS", "ChoiceType", "MixedType", "OptionalType", "UnionType"]


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

    def load(self, data: Any, reading: Reading) -> Any:
        """The value, if it is among the choices."""
        value = self.inner.load(data, reading)
        self._check(value)
        return value

    def dump(self, value: Any, writing: Writing) -> Any:
        """As without choices."""
        return self.inner.dump(value, writing)

    def check(self, value: Any) -> None:
        """Refuse a value of another type, and one that isn't among the choices."""
        self.inner.check(value)
        self._check(value)

    def _check(self, value: Any, word: str | None = None) -> None:
        if self.enforced and value not in self.choices:
            raise not_among(self.write(value) if word is None else word, self.words())

    def words(self) -> tuple[str, ...]:
        """The choices."""
        return tuple(self.write(choice) for choice in self.choices)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """The choices where they are enforced."""
        if not self.enforced:
            return {**self.inner.json_schema(schemas), "examples": [self.write(choice) for choice in self.choices]}
        members = [plain_member(choice) if isinstance(choice, Enum) else choice for choice in self.choices]
        return {"enum": [plain if isinstance(plain, str | int | float) else self.write(plain) for plain in members]}


def _is_numeric(kind: Kind) -> bool:
    return isinstance(getattr(kind, "inner", kind), IntType | FloatType | BoolType)


def _load_union(members: Sequence[Kind], label: str, data: Any, reading: Reading) -> Any:
    """The value that the first member makes of the data; a str is never a number here, as it may be on the line."""
    is_text = isinstance(data, str)
    for member in members:
        if is_text and _is_numeric(member) and not (is_not_finite(data) and isinstance(member, FloatType)):
            continue
        fits, value = reading.attempt(member, data)
        if fits:
            return value
    raise ValueProblem(f"expects {label}, got {shown(data)}")


def _member_of(members: Sequence[Kind], value: Any) -> Kind | None:
    return next((member for member in members if member.holds(value)), None)


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
            except (ValueProblem, AttributeError, TypeError, ValueError):
                continue
            if type(read_back) is type(value):
                return word
        return str(value)

    def load(self, data: Any, reading: Reading) -> Any:
        """Plain data tells more types apart than a word does."""
        return _load_union(self.members, self.label, data, reading)

    def dump(self, value: Any, writing: Writing) -> Any:
        """As the first type that holds the value."""
        member = None if type(value) in (bool, int, float, str) else _member_of(self.members, value)
        return writing.plain(value) if member is None else member.dump(value, writing)

    def check(self, value: Any) -> None:
        """Take what any of the types takes."""
        if _member_of(self.members, value) is None:
            raise self.refused(value)

    def words(self) -> tuple[str, ...]:
        """The choices that any of the types offers."""
        return tuple(word for member in self.members for word in member.words())

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """Any of the types."""
        return {"anyOf": [member.json_schema(schemas) for member in self.members]}


class MixedType(CollectionType):
    """A union that holds collections: `int | list[int]`. Single values come before collections.

    Words are read by the first member that takes all of them. One word that is JSON text of a collection stands for it.
    """

    __slots__ = ("members",)

    def __init__(self, members: tuple[ValueType, ...]) -> None:
        super().__init__(" | ".join(member.label for member in members))
        self.members = members

    def _by_words(self, words: Sequence[str]) -> list[ValueType]:
        """The members in the order in which they are tried."""
        collections = [member for member in self.members if not isinstance(member, ScalarType)]
        scalars = [member for member in self.members if isinstance(member, ScalarType)]
        is_text = bool(words) and words[0].lstrip().startswith(("[", "{"))
        return [*collections, *scalars] if is_text else [*scalars, *collections]

    def take(self, words: Sequence[str]) -> int:
        """As many as the member takes that reads the most of them."""
        counts = sorted({member.take(words) for member in self.members}, reverse=True)
        for count in counts:
            try:
                read_words(self, words[:count])
            except ValueProblem:
                continue
            return count
        return counts[0]

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The value as the first member reads it."""
        is_text = len(words) == 1 and words[0].lstrip().startswith(("[", "{"))
        for member in self._by_words(words):
            is_single = isinstance(member, ScalarType)
            if is_single and member.take(words) != len(words):
                continue
            # Only JSON text makes a collection where a single value is possible too.
            of_text = is_text and not is_single
            read = partial(member.parse_word, words[0]) if of_text else partial(member.parse, words)
            fits, value = reading.quietly(partial(read, reading))
            if fits:
                return self._obey(value)
        raise ValueProblem(f"expects {self.label}, got {shown(' '.join(words)) if words else 'none'}")

    def parse_word(self, word: str, reading: Reading) -> Any:
        """The value of one word inside a collection."""
        for member in self._by_words([word]):
            fits, value = reading.quietly(partial(member.parse_word, word, reading))
            if fits:
                return value
        raise ValueProblem(f"expects {self.label}, got {word!r}")

    def format(self, value: Any, writing: Writing) -> list[str]:
        """As the first member that holds the value, in words that are read back as it."""
        member = _member_of(self.members, value)
        if not isinstance(member, ValueType):
            return [str(value)]
        words = member.format(value, writing)
        is_single = isinstance(member, ScalarType)
        # A list of one number looks like the number.
        return words if is_single or len(words) > 1 else ValueType.format(member, value, writing)

    def load(self, data: Any, reading: Reading) -> Any:
        """Collections of collections, then single values."""
        scalars = [member for member in self.members if isinstance(member, ScalarType)]
        others = [member for member in self.members if not isinstance(member, ScalarType)]
        return self._obey(_load_union([*others, *scalars], self.label, data, reading))

    def dump(self, value: Any, writing: Writing) -> Any:
        """As the first member that holds the value."""
        member = _member_of(self.members, value)
        return member.dump(value, writing) if member is not None else writing.plain(value)

    def check(self, value: Any) -> None:
        """Take what any of the members takes."""
        if _member_of(self.members, value) is None:
            raise self.refused(value)
        self._obey(value)

    def words(self) -> tuple[str, ...]:
        """The offers of all members."""
        return tuple(dict.fromkeys(word for member in self.members for word in member.words()))

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """Any of the members."""
        return {"anyOf": [member.json_schema(schemas) for member in self.members]}


class OptionalType(ScalarType):
    """A value that may be None, for which one writes `none` or `null`; the text itself is `"none"` in quotes."""

    __slots__ = ("inner", "label")

    def __init__(self, inner: ValueType) -> None:
        self.inner = inner
        self.label = f"{self.inner.label} | none"

    @property
    def arity(self) -> int | None:
        """One for single values."""
        return 1 if self.inner.arity == 1 else None

    def take(self, words: Sequence[str]) -> int:
        """The word for None, or as many as the type takes."""
        items_may_be_none = isinstance(self.inner, SequenceType) and isinstance(self.inner.item, OptionalType)
        if words and words[0].lower() in NONE_WORDS and not items_may_be_none:
            return 1
        return self.inner.take(words)

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """None, or the value."""
        if len(words) != 1:
            return self.inner.parse(words, reading)
        return None if words[0].lower() in NONE_WORDS else self.inner.parse([_without_quotes(words[0])], reading)

    def parse_word(self, word: str, reading: Reading) -> Any:
        """None, or the value of one word."""
        return None if word.lower() in NONE_WORDS else self.inner.parse_word(_without_quotes(word), reading)

    def read(self, word: str) -> Any:
        """None, or the value of one word."""
        if word.lower() in NONE_WORDS:
            return None
        if not isinstance(self.inner, ScalarType):
            raise ValueProblem(f"expects {self.label}, got {word!r}")
        return self.inner.read(_without_quotes(word))

    def format(self, value: Any, writing: Writing) -> list[str]:
        """`none`, or as the type does."""
        if value is None:
            return ["none"]
        words = self.inner.format(value, writing)
        if len(words) == 1 and words[0].lower() in NONE_WORDS and not isinstance(value, str):
            items = value if isinstance(self.inner, SequenceType) else ()
            if not any(isinstance(item, str) for item in items):
                return ValueType.format(self.inner, value, writing)  # `[null]`, where `none` is None itself
        return [_with_quotes(words[0])] if len(words) == 1 else words

    def write(self, value: Any) -> str:
        """`none`, or as the type does."""
        if value is None or not isinstance(self.inner, ScalarType):
            return "none" if value is None else str(value)
        return _with_quotes(self.inner.write(value))

    def load(self, data: Any, reading: Reading) -> Any:
        """None, or the value."""
        return None if data is None else self._told(data, reading)

    def _told(self, data: Any, reading: Reading) -> Any:
        try:
            return self.inner.load(data, reading)
        except ValueProblem as problem:
            # The whole type is expected; other rules (a number of values, choices) speak for themselves.
            if problem.problem.startswith(f"expects {self.inner.label}, "):
                raise self.refused(data) from None
            raise

    def dump(self, value: Any, writing: Writing) -> Any:
        """Null, or as the type does."""
        return None if value is None else self.inner.dump(value, writing)

    def check(self, value: Any) -> None:
        """None is always allowed."""
        if value is not None:
            self.inner.check(value)

    def words(self) -> tuple[str, ...]:
        """The choices of the type, and `none`."""
        return (*self.inner.words(), "none")

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """The type, or null."""
        return {"anyOf": [self.inner.json_schema(schemas), {"type": "null"}]}


def _without_quotes(word: str) -> str:
    """The text `none` of a word that has it in quotes, one pair of them taken off; all other words as they are."""
    return (
        word[1:-1] if len(word) > 2 and word[0] == word[-1] == '"' and word.strip('"').lower() in NONE_WORDS else word
    )


def _with_quotes(word: str) -> str:
    return f'"{word}"' if word.strip('"').lower() in NONE_WORDS else word
