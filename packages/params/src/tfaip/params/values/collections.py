"""Lists, sets, tuples and dicts of values of any kind."""

from __future__ import annotations

import contextlib
import copy
from collections import deque
from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Self, TypeGuard

from tfaip.params.values.base import (
    Kind,
    Reading,
    ScalarType,
    SchemaHost,
    ValueType,
    Writing,
    json_of_word,
    word_of_json,
    word_reading,
)
from tfaip.params.values.problem import ValueProblem, shown

__all__ = ["AnyLengthType", "CollectionType", "Rule", "SequenceType", "TupleType", "format_item", "parse_item"]

Rule = Callable[[Any], None]
"""Raises `ValueProblem` for a collection that breaks it."""


class CollectionType(ValueType):
    """A value that holds others.

    Args:
        label: The type as help shows it.
        rules: Rules of the collection as a whole.
    """

    __slots__ = ("label", "rules", "schema")

    def __init__(self, label: str, rules: Sequence[Rule] = ()) -> None:
        self.label = label
        self.rules = tuple(rules)
        self.schema: dict[str, Any] = {}

    def obeying(self, rules: Sequence[Rule], schema: dict[str, Any]) -> ValueType:
        """The same kind with further rules, and their part of its JSON Schema."""
        limited = self._copy()
        limited.rules = (*self.rules, *rules)
        limited.schema = {**self.schema, **schema}
        return limited

    def _copy(self) -> Self:
        return copy.copy(self)

    def _obey(self, value: Any) -> Any:
        for rule in self.rules:
            rule(value)
        return value

    def _text(self, words: Sequence[str], bracket: str) -> Any:
        """The plain data of one word of JSON text that stands for the whole; None where it is none."""
        if len(words) != 1 or not words[0].lstrip().startswith(bracket):
            return None
        try:
            return json_of_word(words[0], self.label)
        except ValueProblem:
            return None


def parse_item(kind: Kind, word: str, reading: Reading) -> Any:
    """The value of one word inside a collection."""
    if isinstance(kind, ValueType):
        return kind.parse_word(word, reading)
    return kind.load(json_of_word(word, kind.label), reading)


def _arity(kind: Kind) -> int | None:
    return kind.arity if isinstance(kind, ValueType) else None


def format_item(kind: Kind, value: Any, writing: Writing) -> list[str]:
    """The words of an item: one, unless each value takes the same number of them."""
    if isinstance(kind, ValueType) and kind.arity is not None:
        return kind.format(value, writing)
    return [word_of_json(kind.dump(value, writing))]


def _is_flat(kind: Kind) -> TypeGuard[ScalarType]:
    """Whether values have no parts, so that their own place is that of all their problems."""
    inner: Any = kind
    while hasattr(inner, "inner"):
        inner = inner.inner
    return isinstance(inner, ScalarType)


def _reads(kind: Kind, word: str, reading: Reading) -> bool:
    """Whether a single value takes a word that looks like JSON text as it is."""
    if _arity(kind) != 1 or not isinstance(kind, ValueType):
        return False
    try:
        kind.parse_word(word, reading)
    except ValueProblem:
        return False
    return True


class AnyLengthType(CollectionType):
    """A collection of any length: all words up to the next argument.

    Args:
        label: How messages call it.
        cls: The class of its values.
        item: The kind of its items.
        at_least_one: Whether the command line must give an item.
        rules: Called with each value.
    """

    __slots__ = ("at_least_one", "cls", "item")

    def __init__(self, label: str, cls: type[Any], item: Kind, at_least_one: bool, rules: Sequence[Rule]) -> None:
        super().__init__(label, rules)
        self.cls = cls
        self.item = item
        self.at_least_one = at_least_one

    def holding(self, item: Kind) -> Self:
        """The same kind of collection with other items."""
        made = self._copy()
        made.item = item
        return made

    def not_empty(self) -> Self:
        """The same kind with at least one item on the command line."""
        made = self._copy()
        made.at_least_one = True
        return made

    def take(self, words: Sequence[str]) -> int:
        """All."""
        return len(words)


class SequenceType(AnyLengthType):
    """A list, set, frozenset, deque or tuple of any length.

    An item of a fixed number of values takes as many words; others are JSON text. So may be the whole: `[[1, 2], [3]]`.
    """

    __slots__ = ()

    def __init__(
        self, cls: type[Any], item: Kind, at_least_one: bool = False, rules: Sequence[Rule] = (), name: str = ""
    ) -> None:
        super().__init__(f"{name or cls.__name__}[{item.label}]", cls, item, at_least_one, rules)

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The items in their order."""
        if self.at_least_one and not words:
            raise ValueProblem(f"expects at least one value ({self.item.label}), got none")
        data = self._text(words, "[")
        if data is not None and not _reads(self.item, words[0], reading):
            return self._of_text(data, reading)
        return self._made(self._items(words, reading))

    def _of_text(self, data: Any, reading: Reading) -> Any:
        """The value of JSON text of the whole, or else of one item."""
        is_whole, value = reading.attempt(self, data)
        if not is_whole and _arity(self.item) != 1:
            is_item, item = reading.attempt(self.item, data)
            if is_item:
                return self._made([item])
        return value if is_whole else self.load(data, reading)

    def _items(self, words: Sequence[str], reading: Reading) -> list[Any]:
        count = _arity(self.item)
        if count is None or count < 2:
            if _is_flat(self.item):
                return [self.item.parse_word(word, reading) for word in words]
            return [parse_item(self.item, word, reading.at(index)) for index, word in enumerate(words)]
        assert isinstance(self.item, ValueType)
        items: list[Any] = []
        while words:
            taken = max(1, self.item.take(words))
            items.append(self.item.parse(words[:taken], reading.at(len(items))))
            words = words[taken:]
        return items

    def format(self, value: Any, writing: Writing) -> list[str]:
        """The words of all items; sets sorted, so that help and files don't change from run to run."""
        if _arity(self.item) is None:
            # As one word: `[[1]]` alone would be read as the whole.
            return super().format(value, writing) if len(value) else []
        words = [format_item(self.item, item, writing) for item in value]
        if isinstance(value, AbstractSet):
            words.sort()
        return [word for item in words for word in item]

    def load(self, data: Any, reading: Reading) -> Any:
        """From a list."""
        if not isinstance(data, list | tuple | set | frozenset):
            raise ValueProblem(f"expects a list ({self.label}), got {shown(data)}")
        if _is_flat(self.item):
            # The places of items matter only where one is wrong: lists of files are long.
            with contextlib.suppress(ValueProblem, TypeError):
                return self._made([self.item.load(item, reading) for item in data])
        return self._made([reading.part(self.item, item, index) for index, item in enumerate(data)])

    def _made(self, items: list[Any]) -> Any:
        try:
            made = self.cls(items)
        except TypeError:
            raise ValueProblem(f"the items of a {self.cls.__name__} must be hashable, got {shown(items)}") from None
        return self._obey(made)

    def dump(self, value: Any, writing: Writing) -> Any:
        """A list; sets sorted."""
        if isinstance(value, str | bytes) or not isinstance(value, Sequence | AbstractSet | deque):
            return writing.plain(value)
        items = [self.item.dump(item, writing) for item in value]
        return sorted(items, key=_order) if isinstance(value, AbstractSet) else items

    def check(self, value: Any) -> None:
        """Check the collection and each item; a tuple is as good as a list."""
        right: tuple[Any, ...] = (list, tuple) if self.cls in (list, tuple) else (AbstractSet,)
        if not isinstance(value, right if self.cls in (list, tuple, set, frozenset) else self.cls):
            raise self.refused(value)
        for item in value:
            self.item.check(item)
        self._obey(value)

    def words(self) -> tuple[str, ...]:
        """The choices of an item."""
        return self.item.words() if isinstance(self.item, ValueType) else ()

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An array."""
        schema: dict[str, Any] = {"type": "array", "items": self.item.json_schema(schemas)}
        if self.cls in (set, frozenset):
            schema["uniqueItems"] = True
        return {**schema, **self.schema}


def _order(plain: Any) -> Any:
    return (str(type(plain)), plain if isinstance(plain, str | int | float) else repr(plain))


class TupleType(CollectionType):
    """A tuple of a fixed length; of a `NamedTuple`, its class."""

    __slots__ = ("cls", "items")

    def __init__(
        self,
        items: tuple[Kind, ...],
        cls: Callable[[Sequence[Any]], Any] = tuple,
        rules: Sequence[Rule] = (),
        name: str = "",
    ) -> None:
        super().__init__(name or f"tuple[{', '.join(item.label for item in items)}]", rules)
        self.items = items
        self.cls = cls

    def holding(self, items: Sequence[Kind]) -> TupleType:
        """The same kind of tuple with other items."""
        made = self._copy()
        made.items = tuple(items)
        return made

    @property
    def arity(self) -> int | None:
        """The words of all items, where each takes a fixed number."""
        counts = [_arity(item) for item in self.items]
        return sum(count or 0 for count in counts) if counts and None not in counts else None

    def _counts(self) -> list[int]:
        return [_arity(item) or 1 for item in self.items]

    def take(self, words: Sequence[str]) -> int:
        """One word of JSON text, or as many as the items take."""
        count = sum(self._counts())
        if words and self._is_text(words[0]) and (len(words) < count or self._whole(words[0], word_reading())[0]):
            return 1
        return min(count, len(words))

    def _whole(self, word: str, reading: Reading) -> tuple[bool, Any]:
        """Whether a word is JSON text of the whole, and the value; it may as well be that of the first item."""
        try:
            data = json_of_word(word, self.label)
        except ValueProblem:
            return False, None
        return reading.attempt(self, data)

    def _is_text(self, word: str) -> bool:
        """Whether a word can only be JSON text of the whole."""
        if not word.lstrip().startswith("["):
            return False
        return not self.items or not _reads(self.items[0], word, word_reading())

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """All items, none more or less."""
        counts = self._counts()
        if len(words) == 1 and self._is_text(words[0]):
            is_whole, value = self._whole(words[0], reading)
            if is_whole or sum(counts) != 1:
                return value if is_whole else self.load(json_of_word(words[0], self.label), reading)
        if len(words) != sum(counts):
            raise ValueProblem(f"expects {sum(counts)} values ({self.label}), got {len(words) or 'none'}")
        parts: list[Any] = []
        for item, count in zip(self.items, counts, strict=True):
            if _arity(item) is not None and isinstance(item, ValueType):
                parts.append(item.parse(words[:count], reading.at(len(parts))))
            else:
                parts.append(parse_item(item, words[0], reading.at(len(parts))))
            words = words[count:]
        return self._obey(self.cls(parts))

    def parse_word(self, word: str, reading: Reading) -> Any:
        """The value of one word of JSON text, or of the only item."""
        return self.parse([word], reading) if self.arity == 1 else super().parse_word(word, reading)

    def format(self, value: Any, writing: Writing) -> list[str]:
        """The words of each item."""
        pairs = zip(self.items, value, strict=True)
        return [word for item, part in pairs for word in format_item(item, part, writing)]

    def load(self, data: Any, reading: Reading) -> Any:
        """From a list of that length."""
        if not isinstance(data, list | tuple):
            raise ValueProblem(f"expects a list ({self.label}), got {shown(data)}")
        if len(data) != len(self.items):
            raise ValueProblem(f"expects {len(self.items)} values ({self.label}), got {len(data)}")
        pairs = enumerate(zip(self.items, data, strict=True))
        return self._obey(self.cls([reading.part(item, part, index) for index, (item, part) in pairs]))

    def dump(self, value: Any, writing: Writing) -> Any:
        """A list."""
        if not isinstance(value, list | tuple) or len(value) != len(self.items):
            return writing.plain(value)
        return [item.dump(part, writing) for item, part in zip(self.items, value, strict=True)]

    def check(self, value: Any) -> None:
        """Check each item."""
        if not isinstance(value, list | tuple) or len(value) != len(self.items):
            raise self.refused(value)
        for item, part in zip(self.items, value, strict=True):
            item.check(part)
        self._obey(value)

    def words(self) -> tuple[str, ...]:
        """The choices of any item."""
        offered = [item.words() for item in self.items if isinstance(item, ValueType)]
        return tuple(dict.fromkeys(word for words in offered for word in words))

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An array of that length."""
        count = len(self.items)
        prefix = [item.json_schema(schemas) for item in self.items]
        return {"type": "array", "prefixItems": prefix, "minItems": count, "maxItems": count, **self.schema}
