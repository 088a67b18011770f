"""Values with named parts: `TypedDict` and `NamedTuple`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.values.base import Kind, Reading, SchemaHost, Writing, json_of_word
from tfaip.params.values.collections import CollectionType, Rule, TupleType, parse_item
from tfaip.params.values.problem import ValueProblem, shown

__all__ = ["NamedTupleType", "TypedDictType"]


def _load_parts(
    data: dict[Any, Any], parts: dict[str, Kind], required: frozenset[str], label: str, reading: Reading
) -> dict[str, Any]:
    problems = reading.host.problems
    for key in data:
        if key not in parts:
            hints = did_you_mean(nearest(str(key), parts))
            problems.append(((*reading.path, str(key)), ValueProblem(f"{label} has no such key", hints)))
    for name in parts:
        if name in required and name not in data:
            problems.append(((*reading.path, name), ValueProblem(f"is required ({parts[name].label})")))
    return {name: reading.part(parts[name], part, name) for name, part in data.items() if name in parts}


def _parse_entries(words: Sequence[str], parts: dict[str, Kind], label: str, reading: Reading) -> dict[str, Any]:
    """The values of `key=value` words."""
    entries: dict[str, Any] = {}
    for word in words:
        name, equals, text = word.partition("=")
        if not equals:
            raise ValueProblem(f"expects key=value ({label}), got {word!r}", (f"the keys are {', '.join(parts)}",))
        if name not in parts:
            raise ValueProblem(f"{label} has no key {name!r}", did_you_mean(nearest(name, parts)))
        kind = parts[name]
        entries[name] = parse_item(kind, text, reading.at(name))
    return entries


def _schema(parts: dict[str, Kind], required: frozenset[str], schemas: SchemaHost) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: kind.json_schema(schemas) for name, kind in parts.items()},
        "required": [name for name in parts if name in required],
        "additionalProperties": False,
    }


class TypedDictType(CollectionType):
    """A dict of known keys: `key=value` words, or one word of JSON text."""

    __slots__ = ("parts", "required")

    def __init__(self, name: str, parts: dict[str, Kind], required: frozenset[str], rules: Sequence[Rule] = ()) -> None:
        super().__init__(name, rules)
        self.parts = parts
        self.required = required

    def take(self, words: Sequence[str]) -> int:
        """All."""
        return len(words)

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The entries."""
        if len(words) == 1 and words[0].lstrip().startswith("{"):
            return self.load(json_of_word(words[0], self.label), reading)
        entries = _parse_entries(words, self.parts, self.label, reading)
        if missing := [name for name in self.parts if name in self.required and name not in entries]:
            raise ValueProblem(f"{self.label} needs {', '.join(missing)}, got {shown(' '.join(words))}")
        return self._obey(entries)

    def load(self, data: Any, reading: Reading) -> Any:
        """From an object."""
        if not isinstance(data, dict):
            raise ValueProblem(f"expects an object ({self.label}), got {shown(data)}")
        return self._obey(_load_parts(data, self.parts, self.required, self.label, reading))

    def dump(self, value: Any, writing: Writing) -> Any:
        """An object."""
        if not isinstance(value, dict) or not self.parts.keys() >= value.keys():
            return writing.plain(value)
        return {name: self.parts[name].dump(part, writing) for name, part in value.items()}

    def check(self, value: Any) -> None:
        """Check keys and values."""
        if not isinstance(value, dict) or not self.parts.keys() >= value.keys() >= self.required:
            raise self.refused(value)
        for name, part in value.items():
            self.parts[name].check(part)
        self._obey(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An object of these keys."""
        return {**_schema(self.parts, self.required, schemas), **self.schema}


class NamedTupleType(TupleType):
    """A `NamedTuple`: its values in their order, or by name in JSON text and files."""

    __slots__ = ("parts", "required", "tuple_class")

    def __init__(self, cls: Any, parts: dict[str, Kind], rules: Sequence[Rule] = ()) -> None:
        super().__init__(tuple(parts.values()), cls._make, rules, cls.__name__)
        self.tuple_class = cls
        self.parts = parts
        self.required = frozenset(parts) - frozenset(cls._field_defaults)

    def _is_text(self, word: str) -> bool:
        return word.lstrip().startswith("{") or super()._is_text(word)

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The values in their order, or some of them as `key=value`."""
        keyed = [word for word in words if word.partition("=")[0] in self.parts and "=" in word]
        if words and len(keyed) == len(words):
            return self._of_parts(_parse_entries(words, self.parts, self.label, reading))
        return super().parse(words, reading)

    def load(self, data: Any, reading: Reading) -> Any:
        """From an object of the names, or a list."""
        if isinstance(data, dict):
            return self._of_parts(_load_parts(data, self.parts, self.required, self.label, reading))
        return super().load(data, reading)

    def _of_parts(self, parts: dict[str, Any]) -> Any:
        if missing := [name for name in self.parts if name in self.required and name not in parts]:
            raise ValueProblem(f"{self.label} needs {', '.join(missing)}")
        return self._obey(self.tuple_class(**parts))

    def dump(self, value: Any, writing: Writing) -> Any:
        """An object of the names."""
        if not isinstance(value, self.tuple_class):
            return writing.plain(value)
        pairs = zip(self.parts.items(), value, strict=True)
        return {name: kind.dump(part, writing) for (name, kind), part in pairs}

    def check(self, value: Any) -> None:
        """Take instances, and check their parts."""
        if not isinstance(value, self.tuple_class):
            raise self.refused(value)
        super().check(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An object of the names, or an array."""
        return {"anyOf": [_schema(self.parts, self.required, schemas), super().json_schema(schemas)]}
