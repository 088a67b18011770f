"""Lists, sets, tuples and dicts of scalars."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.params.values.base import ScalarType, ValueType
from tfaip.params.values.problem import ValueProblem

__all__ = ["MappingType", "SequenceType", "TupleType"]


class SequenceType(ValueType):
    """A list, set, frozenset or tuple of any length: all words up to the next argument."""

    __slots__ = ("at_least_one", "cls", "item", "label")

    def __init__(self, cls: type[Any], item: ScalarType, at_least_one: bool = False) -> None:
        self.cls = cls
        self.item = item
        self.at_least_one = at_least_one
        self.label = f"{self.cls.__name__}[{self.item.label}]"

    def take(self, words: Sequence[str]) -> int:
        """All."""
        return len(words)

    def parse(self, words: Sequence[str]) -> Any:
        """The items in their order."""
        if self.at_least_one and not words:
            raise ValueProblem(f"expects at least one value ({self.item.label}), got none")
        return self.cls(self.item.read(word) for word in words)

    def format(self, value: Any) -> list[str]:
        """A word an item; sets sorted, so that help and files don't change from run to run."""
        words = [self.item.write(item) for item in value]
        return sorted(words) if isinstance(value, set | frozenset) else words

    def check(self, value: Any) -> None:
        """Check each item."""
        for item in value:
            self.item.check(item)

    def words(self) -> tuple[str, ...]:
        """What an item offers."""
        return self.item.words()

    def json_schema(self) -> dict[str, Any]:
        """An array."""
        schema: dict[str, Any] = {"type": "array", "items": self.item.json_schema()}
        if self.cls in (set, frozenset):
            schema["uniqueItems"] = True
        return schema


class TupleType(ValueType):
    """A tuple of a fixed length."""

    __slots__ = ("items", "label")

    def __init__(self, items: tuple[ScalarType, ...]) -> None:
        self.items = items
        self.label = f"tuple[{', '.join(item.label for item in self.items)}]"

    def take(self, words: Sequence[str]) -> int:
        """As many as the tuple has items."""
        return min(len(self.items), len(words))

    def parse(self, words: Sequence[str]) -> tuple[Any, ...]:
        """All items, none more or less."""
        if len(words) != len(self.items):
            raise ValueProblem(f"expects {len(self.items)} values ({self.label}), got {len(words) or 'none'}")
        return tuple(item.read(word) for item, word in zip(self.items, words, strict=True))

    def format(self, value: Any) -> list[str]:
        """A word an item."""
        return [item.write(part) for item, part in zip(self.items, value, strict=True)]

    def check(self, value: Any) -> None:
        """Check each item."""
        for item, part in zip(self.items, value, strict=True):
            item.check(part)

    def words(self) -> tuple[str, ...]:
        """What any item offers."""
        return tuple(dict.fromkeys(word for item in self.items for word in item.words()))

    def json_schema(self) -> dict[str, Any]:
        """An array of that length."""
        count = len(self.items)
        prefix = [item.json_schema() for item in self.items]
        return {"type": "array", "prefixItems": prefix, "minItems": count, "maxItems": count}


class MappingType(ValueType):
    """A dict: `key=value` words up to the next argument."""

    __slots__ = ("at_least_one", "item", "key", "label")

    def __init__(self, key: ScalarType, item: ScalarType, at_least_one: bool = False) -> None:
        self.key = key
        self.item = item
        self.at_least_one = at_least_one
        self.label = f"dict[{self.key.label}, {self.item.label}]"

    def take(self, words: Sequence[str]) -> int:
        """All."""
        return len(words)

    def parse(self, words: Sequence[str]) -> dict[Any, Any]:
        """The entries; of a key that is repeated the last one wins."""
        if self.at_least_one and not words:
            raise ValueProblem(f"expects at least one key=value ({self.label}), got none")
        entries = {}
        for word in words:
            key, equals, value = word.partition("=")
            if not equals:
                raise ValueProblem(f"expects key=value ({self.label}), got {word!r}")
            entries[self.key.read(key)] = self.item.read(value)
        return entries

    def format(self, value: Any) -> list[str]:
        """`key=value` words."""
        return [f"{self.key.write(key)}={self.item.write(item)}" for key, item in value.items()]

    def check(self, value: Any) -> None:
        """Check each key and each value."""
        for key, item in value.items():
            self.key.check(key)
            self.item.check(item)

    def json_schema(self) -> dict[str, Any]:
        """An object, whose keys are always strings in JSON."""
        schema: dict[str, Any] = {"type": "object", "additionalProperties": self.item.json_schema()}
        if names := self.key.words():
            schema["propertyNames"] = {"enum": list(names)}
        return schema
