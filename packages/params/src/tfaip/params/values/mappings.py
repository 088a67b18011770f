"""Dicts of values of any kind, and their keys, which files hold as text."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping, Sequence
from datetime import date, time
from typing import Any

from tfaip.params.values.base import Kind, Reading, ScalarType, SchemaHost, Writing, json_of_word, word_of_json
from tfaip.params.values.collections import AnyLengthType, Rule, format_item, parse_item
from tfaip.params.values.enums import plain_forms
from tfaip.params.values.problem import Path, Problems, ValueProblem, shown

__all__ = ["MappingType", "key_of", "read_keys"]


class MappingType(AnyLengthType):
    """A dict: `key=value` words up to the next argument, or one word of JSON text."""

    __slots__ = ("key",)

    def __init__(
        self,
        key: ScalarType,
        item: Kind,
        at_least_one: bool = False,
        cls: type[Any] = dict,
        rules: Sequence[Rule] = (),
    ) -> None:
        super().__init__(f"{cls.__name__}[{key.label}, {item.label}]", cls, item, at_least_one, rules)
        self.key = key

    def parse(self, words: Sequence[str], reading: Reading) -> Any:
        """The entries; of a key that is repeated the last one wins."""
        if self.at_least_one and not words:
            raise ValueProblem(f"expects at least one key=value ({self.label}), got none")
        if (data := self._text(words, "{")) is not None:
            return self.load(data, reading)
        entries = {}
        for word in words:
            key, equals, text = word.partition("=")
            if not equals:
                if word.lstrip().startswith("{") and len(words) == 1:
                    return self.load(json_of_word(word, self.label), reading)
                raise ValueProblem(f"expects key=value ({self.label}), got {word!r}")
            entries[self.key.read(key)] = parse_item(self.item, text, reading.at(key))
        return self._obey(self.cls(entries))

    def format(self, value: Any, writing: Writing) -> list[str]:
        """`key=value` words; JSON text of the whole where a key holds `=`, or the first word looks like JSON."""
        entries = [(self.key.write(key), self._value(item, writing)) for key, item in value.items()]
        if any("=" in key or key.lstrip().startswith("{") for key, _ in entries):
            return super().format(value, writing)
        return [f"{key}={text}" for key, text in entries]

    def _value(self, item: Any, writing: Writing) -> str:
        words = format_item(self.item, item, writing)
        return words[0] if len(words) == 1 else word_of_json(self.item.dump(item, writing))

    def load(self, data: Any, reading: Reading) -> Any:
        """From an object."""
        if not isinstance(data, dict):
            raise ValueProblem(f"expects an object ({self.label}), got {shown(data)}")
        keys = read_keys(data, self.key, reading.path, reading.host.problems)
        entries = {read: reading.part(self.item, data[key], str(key)) for key, read in keys.items()}
        return self._obey(self.cls(entries))

    def dump(self, value: Any, writing: Writing) -> Any:
        """An object, whose keys are text."""
        if not isinstance(value, Mapping):
            return writing.plain(value)
        plain: dict[str, Any] = {}
        for key, item in value.items():
            if (name := key_of(self.key.dump(key, writing))) in plain:
                raise ValueProblem(f"two keys are stored as {name!r}")
            plain[name] = self.item.dump(item, writing)
        return plain

    def check(self, value: Any) -> None:
        """Check each key and each value."""
        if not isinstance(value, dict if self.cls is dict else self.cls):
            raise self.refused(value)
        for key, item in value.items():
            self.key.check(key)
            self.item.check(item)
        self._obey(value)

    def json_schema(self, schemas: SchemaHost) -> dict[str, Any]:
        """An object, whose keys are always strings in JSON."""
        schema: dict[str, Any] = {"type": "object", "additionalProperties": self.item.json_schema(schemas)}
        if names := self.key.words():
            schema["propertyNames"] = {"enum": list(names)}
        return {**schema, **self.schema}


def key_of(plain: Any) -> str:
    """The plain data of a key of a dict as files hold it: JSON and TOML know only text."""
    if plain is None or isinstance(plain, bool):
        return "none" if plain is None else str(plain).lower()
    return plain if isinstance(plain, str) else repr(plain)


def read_key(key: Any, kind: ScalarType) -> Any:
    """The key of a dict, read as on the command line; YAML has other keys than text too."""
    if isinstance(key, str):
        return kind.read(key)
    with contextlib.suppress(ValueProblem):
        read = kind.read(key.isoformat() if isinstance(key, date | time) else str(key).lower())
        for plain in plain_forms(read):
            if type(key) is int and plain == str(key):
                return read  # names of classes and the like, which people write without quotes
            if plain == key and isinstance(plain, bool) == isinstance(key, bool):
                return read
    raise ValueProblem(f"expects a key of type {kind.label}, got {shown(key)}", ("write text in quotes",))


def read_keys(data: dict[Any, Any], kind: ScalarType, path: Path, problems: Problems) -> dict[Any, Any]:
    """The value of each key of a dict; two that are read as the same one are a problem: `1` and `"1"`."""
    found: dict[Any, Any] = {}
    origins: dict[Any, Any] = {}
    for key in data:
        try:
            made = read_key(key, kind)
        except ValueProblem as problem:
            problems.append(((*path, str(key)), problem))
            continue
        if made in origins:
            problems.append(((*path, str(key)), ValueProblem(f"{key!r} is the same key as {origins[made]!r}")))
        else:
            origins[made] = key
            found[key] = made
    return found
