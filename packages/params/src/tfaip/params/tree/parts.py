"""Changes a part of a value: sets, adds or removes items of a list or dict. The value itself is left alone."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from collections.abc import Set as AbstractSet
from typing import Any, Protocol

from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.tree.nodes import UNSET, Deferred, DictNode, Leaf, ListNode
from tfaip.params.tree.part_names import Operation, absent, key_among, position, positions, same_key, some
from tfaip.params.values.alternatives import MixedType, OptionalType
from tfaip.params.values.anything import AnyType
from tfaip.params.values.base import Kind, ParamsHost, Reading, ValueType, json_of_word, read_words, refuse_problems
from tfaip.params.values.collections import SequenceType, TupleType
from tfaip.params.values.mappings import MappingType
from tfaip.params.values.problem import ValueProblem, shown
from tfaip.params.values.records import NamedTupleType, TypedDictType

__all__ = ["Change", "DataSource", "Take", "WordSource", "has_parts", "require_known_value"]

Take = Callable[[Callable[[Sequence[str]], int]], list[str]]
"""Takes words from the line, as many as a function of them says."""


def require_known_value(node: Leaf | ListNode | DictNode) -> None:
    """Raise `ValueProblem` where the value to change is a default that only the finished instance makes."""
    value = node.value if isinstance(node, Leaf) else node.elements
    if value is UNSET and node.spec.needs_instance():
        problem = "the default is made from other fields, so that no part of it can be changed"
        raise ValueProblem(problem, ("give the whole value",))


class Source(Protocol):
    """Where the new part comes from."""

    def value(self, kind: Kind) -> Any:
        """The value that is set, or the collection whose items are added; raises `ValueProblem`."""

    def names(self) -> list[str]:
        """The positions or keys that are removed, as words."""


class WordSource:
    """The words of an option.

    Args:
        take: Takes words from the line.
        host: Reads params in JSON text.
    """

    def __init__(self, take: Take, host: ParamsHost) -> None:
        self._take = take
        self._host = host

    def value(self, kind: Kind) -> Any:
        """The value that the words stand for; params are the name of a class, or JSON text."""
        if isinstance(kind, ValueType):
            return read_words(kind, self._take(kind.take), self._host)
        words = self._take(lambda words: min(1, len(words)))
        if not words:
            raise ValueProblem(f"expects one value ({kind.label}), got none")
        data = json_of_word(words[0], kind.label) if words[0].lstrip().startswith("{") else words[0]
        value = kind.load(data, Reading(self._host))
        refuse_problems(self._host.problems, kind, words[0])
        return value

    def names(self) -> list[str]:
        """All words."""
        return self._take(len)


class DataSource:
    """Plain data of a file.

    Args:
        data: The data.
        reading: Its place in the file.
    """

    def __init__(self, data: Any, reading: Reading) -> None:
        self._data = data
        self._reading = reading

    def value(self, kind: Kind) -> Any:
        """The value that the data is read as."""
        return kind.load(self._data, self._reading)

    def names(self) -> list[str]:
        """Each item as a word."""
        return [str(item) for item in (self._data if isinstance(self._data, list | tuple) else [self._data])]


class Change:
    """One change of a part of a value.

    Args:
        operation: The kind of change: a part is set, items are added, items are removed.
        source: The value that is set, added or removed.
    """

    def __init__(self, operation: Operation, source: Source) -> None:
        self._operation = operation
        self._source = source

    def apply(self, kind: Kind, value: Any, way: Sequence[str]) -> Any:
        """The value with the part changed that the way leads to: positions in lists, keys of dicts.

        Raises:
            ValueProblem: There is no such part, or the words don't fit.
        """
        if isinstance(value, Deferred):
            hint = "give the whole value, or change the value that it refers to"
            raise ValueProblem(f"is {shown(value.data)} in {value.source}, of which no part can be changed", (hint,))
        kind = _told(kind, value)
        if not way:
            return self._changed(kind, value)
        if isinstance(kind, TypedDictType):
            name = same_key(way[0], list(kind.parts))
            if name is None:
                raise ValueProblem(f"{kind.label} has no key {way[0]!r}", did_you_mean(nearest(way[0], kind.parts)))
            entries = dict(_or_empty(value, dict))
            entries[name] = self.apply(kind.parts[name], entries.get(name, UNSET), way[1:])
            return entries
        if isinstance(kind, TupleType):
            names = list(kind.parts) if isinstance(kind, NamedTupleType) else []
            index = names.index(way[0]) if way[0] in names else position(way[0], len(kind.items))
            parts = list(value) if isinstance(value, tuple | list) else _no_parts(kind, value)
            parts[index] = self.apply(kind.items[index], parts[index], way[1:])
            return kind.cls(parts)
        if isinstance(kind, SequenceType) and not issubclass(kind.cls, AbstractSet):
            items = list(_or_empty(value, list | tuple | kind.cls))
            index = position(way[0], len(items), grows=True)
            items[index] = self.apply(kind.item, items[index], way[1:])
            return _collected(kind, value, items)
        if isinstance(kind, MappingType):
            return self._in_dict(kind, dict(_or_empty(value, dict)), way)
        if isinstance(kind, AnyType):
            return self._in_anything(kind, value, way)
        return _no_parts(kind, value)

    def _in_dict(self, kind: MappingType, entries: dict[Any, Any], way: Sequence[str]) -> Any:
        written = {kind.key.write(key): key for key in entries}
        # A key may hold dots; so may a new one, where its value has no parts.
        count = next((n for n in range(len(way), 0, -1) if same_key(".".join(way[:n]), written) is not None), 0)
        if not count:
            count = 1 if has_parts(kind.item) else len(way)
        word = ".".join(way[:count])
        known = same_key(word, written)
        key = kind.key.read(word) if known is None else written[known]
        entries[key] = self.apply(kind.item, entries.get(key, UNSET), way[count:])
        return kind.cls(entries)

    def _in_anything(self, kind: AnyType, value: Any, way: Sequence[str]) -> Any:
        if isinstance(value, list):
            index = position(way[0], len(value), grows=True)
            return [self.apply(kind, item, way[1:]) if i == index else item for i, item in enumerate(value)]
        if value is not UNSET and value is not None and not isinstance(value, dict):
            return _no_parts(kind, value)
        entries = dict(value) if isinstance(value, dict) else {}
        key = same_key(way[0], list(map(str, entries))) or way[0]
        return {**entries, key: self.apply(kind, entries.get(key, UNSET), way[1:])}

    def _changed(self, kind: Kind, value: Any) -> Any:
        if self._operation == "set":
            return self._source.value(kind)
        if not isinstance(kind, ValueType):
            raise ValueProblem(f"has no parts ({kind.label})", ("set it as a whole",))
        if self._operation == "add":
            return self._added(kind, value)
        left = self._dropped(kind, value)
        if isinstance(kind, SequenceType | MappingType) and kind.at_least_one and not left:
            raise ValueProblem(f"expects at least one value ({kind.label}), none would be left")
        return left

    def _added(self, kind: ValueType, value: Any) -> Any:
        if isinstance(kind, AnyType) and isinstance(value, list):
            more = self._source.value(kind)
            return [*value, *(more if isinstance(more, list) else [more])]
        if isinstance(kind, MappingType):
            return kind.cls({**dict(_or_empty(value, dict)), **self._source.value(kind)})
        if not isinstance(kind, SequenceType):
            return _no_items(kind, value, "added to")
        more = self._source.value(kind)
        if not more:
            raise ValueProblem(f"expects at least one value ({kind.item.label}), got none")
        return _collected(kind, value, [*_or_empty(value, list | tuple | AbstractSet | kind.cls), *more])

    def _dropped(self, kind: ValueType, value: Any) -> Any:
        words = self._source.names()
        if isinstance(kind, MappingType) or (isinstance(kind, AnyType) and isinstance(value, dict)):
            entries = dict(_or_empty(value, dict))
            written = {kind.key.write(key) if isinstance(kind, MappingType) else str(key): key for key in entries}
            for word in some(words, "key"):
                entries.pop(key_among(word, written), None)
            return kind.cls(entries) if isinstance(kind, MappingType) else entries
        if isinstance(kind, SequenceType) and issubclass(kind.cls, set | frozenset):
            items = set(_or_empty(value, AbstractSet))
            for item in read_words(SequenceType(list, kind.item), some(words, "value")):
                if item not in items:
                    raise absent(str(item), "value", sorted(map(str, items)))
                items.remove(item)
            return kind.cls(items)
        if isinstance(kind, SequenceType) or (isinstance(kind, AnyType) and isinstance(value, list)):
            rest = list(_or_empty(value, object))
            gone = positions(words, len(rest))
            left = [item for index, item in enumerate(rest) if index not in gone]
            return _collected(kind, value, left) if isinstance(kind, SequenceType) else left
        return _no_items(kind, value, "removed from")


def _collected(kind: SequenceType, before: Any, items: list[Any]) -> Any:
    """The items as a collection of this kind; a deque keeps its length."""
    longest = getattr(before, "maxlen", None)
    return kind.cls(items) if longest is None else type(before)(items, longest)


def has_parts(kind: Kind) -> bool:
    """Whether parts of a value of this kind may be changed."""
    if isinstance(kind, OptionalType):
        return has_parts(kind.inner)
    if isinstance(kind, MixedType):
        return any(map(has_parts, kind.members))
    return isinstance(kind, MappingType | SequenceType | TupleType | TypedDictType | AnyType)


def _told(kind: Kind, value: Any) -> Kind:
    """The kind behind a union: the member that holds the value, or the one that has parts."""
    while isinstance(kind, OptionalType):
        kind = kind.inner
    if isinstance(kind, MixedType):
        holding = [member for member in kind.members if value is not UNSET and member.holds(value)]
        with_parts = [member for member in kind.members if has_parts(member)]
        kind = next(iter(holding if value is not UNSET and value is not None else with_parts), kind)
    return kind


def _or_empty(value: Any, right: Any) -> Any:
    """The parts so far: none where there is no value yet."""
    if value is UNSET or value is None:
        return ()
    if not isinstance(value, right):
        raise ValueProblem(f"has no parts that can be changed, it is {shown(value)}")
    return value


def _no_parts(kind: Kind, value: Any) -> Any:
    if isinstance(kind, SequenceType):
        raise ValueProblem(f"a set has no positions ({kind.label})", ("<NAME>+ adds, <NAME>.drop removes values",))
    now = "" if value is UNSET else f", it is {shown(value)}"
    raise ValueProblem(f"has no parts ({kind.label}){now}", ("set it as a whole",))


def _no_items(kind: Kind, value: Any, what: str) -> Any:
    if isinstance(kind, TupleType):
        raise ValueProblem(f"nothing can be {what} a tuple of {len(kind.items)} values ({kind.label})")
    return _no_parts(kind, value)
