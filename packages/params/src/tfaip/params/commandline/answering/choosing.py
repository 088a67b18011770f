"""The arguments that help shows: those that matter, all of them, or those that match a search."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import attrs

from tfaip.params.commandline.answering.describing import required
from tfaip.params.commandline.reading.arguments import Argument, ArgumentTable, Group
from tfaip.params.defining.fields import PLAIN, options_of
from tfaip.params.defining.structure import fields_of
from tfaip.params.registry import name_of
from tfaip.params.selection import selectable_classes
from tfaip.params.tree.nodes import ParamsNode, Path

__all__ = ["ALL", "Choice", "fields_elsewhere"]

ALL = "all"
"""The word after `--help` that shows all arguments."""


class Choice:
    """Decides on each argument whether help shows it.

    Short help shows basic fields, required ones, those that the line sets, and the fields of classes that mark none.

    Args:
        words: The words after `--help`: none for the short help, `all`, or the words of a search.
        table: The arguments.
        covered: Arguments that short help shows by another name.
    """

    def __init__(self, words: Sequence[str], table: ArgumentTable, covered: Iterable[Argument] = ()) -> None:
        is_search = bool(words) and [*words] != [ALL]
        self.searched = [_comparable(word) for word in words] if is_search else []
        self.left_out = 0
        self._is_short = not words
        self._named = table.named
        self._covered = set(covered)
        rare = {group.path for group in table.groups if group.node.spec and group.node.spec.options.basic is False}
        self._rare = rare - {argument.path for argument in table.named}

    def shows(self, argument: Argument, group: Group) -> bool:
        """Whether the short help, or all of it, shows an argument; one that is left out is counted."""
        if not self._is_short or self._matters(argument, group):
            return True
        self.left_out += argument not in self._covered
        return False

    def finds(self, *texts: str) -> bool:
        """Whether all searched words stand in these texts."""
        whole = _comparable(" ".join(texts))
        return all(word in whole for word in self.searched)

    def _matters(self, argument: Argument, group: Group) -> bool:
        if argument in self._named or required(argument.node):
            return True
        if argument in self._covered or self._is_rare(group.path):
            return False
        spec = argument.node.spec
        is_basic = spec.options.basic if spec is not None else None
        return (
            not _marks_fields(spec.owner, spec.name) if spec is not None and is_basic is None else is_basic is not False
        )

    def _is_rare(self, path: Path) -> bool:
        return any(path[:end] in self._rare for end in range(1, len(path) + 1))


def _marks_fields(cls: type[Any], name: str) -> bool:
    """Whether the class that declares a field marks any of its own fields as basic or not."""
    for base in cls.__mro__:
        own = [attribute for attribute in vars(base).get("__attrs_attrs__", ()) if not attribute.inherited]
        if any(attribute.name == name for attribute in own):
            return any(_mark_of(attribute) is not None for attribute in own)
    return False


def _mark_of(attribute: attrs.Attribute[Any]) -> bool | None:
    return options_of(attribute.metadata).basic


def fields_elsewhere(table: ArgumentTable, finds: Callable[..., bool]) -> Iterator[tuple[str, str, str]]:
    """Fields of classes that aren't selected: the words that select the class, the field, and its help."""
    for argument in dict.fromkeys(table.by_name.values()):
        node = argument.node
        if not isinstance(node, ParamsNode):
            continue
        options = node.spec.options if node.spec is not None else PLAIN
        present = fields_of(node.cls) if node.cls is not None else {}
        for cls in selectable_classes(node.kind, options.choices, bool(options.enforce_choices)):
            for name, spec in fields_of(cls).items():
                if name not in present and spec.options.mode != "hidden" and finds(name, spec.help):
                    yield f"{argument.spelled} {name_of(cls)}", name, spec.help


def _comparable(text: str) -> str:
    return text.casefold().replace("-", "_")
