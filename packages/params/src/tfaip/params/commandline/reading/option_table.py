"""The options of a line, by the names that they begin with, until the nodes of the tree take them."""

from __future__ import annotations

from collections.abc import Iterable

from tfaip.params.commandline.reading.options import Option
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, ParamsNode
from tfaip.params.tree.parts import has_parts

__all__ = ["OptionTable"]


class OptionTable:
    """Finds the options of an argument, those that change a part of it, and those below it.

    Args:
        options: The options of the line.
    """

    def __init__(self, options: Iterable[Option]) -> None:
        self._options: dict[str, list[Option]] = {}
        self._below: dict[str, list[str]] = {}
        for option in options:
            self.put(option)

    def put(self, option: Option) -> None:
        """Add an option, under its name and under the names above it."""
        self._options.setdefault(option.name, []).append(option)
        name = option.name.removesuffix("+")
        ends = [end for end, char in enumerate(name) if char == "."]
        for above in [name[:end] for end in ends] + ([name] if name != option.name else []):
            self._below.setdefault(above, []).append(option.name)

    def has(self, names: Iterable[str]) -> bool:
        """Whether an option has one of these names."""
        return any(name in self._options for name in names)

    def take(self, names: Iterable[str]) -> list[Option]:
        """Take the options of these names, in the order of the line."""
        found = [option for name in names for option in self._options.pop(name, ())]
        return sorted(found, key=lambda option: option.position) if len(found) > 1 else found

    def take_changes(self, node: Node, names: Iterable[str]) -> dict[Option, str]:
        """Take the options that change a part of a node, each with the rest of its name after that of the node."""
        found: dict[Option, str] = {}
        if not self._below or isinstance(node, ParamsNode):
            return found
        for above in names:
            for name in self._below.get(above, ()):
                for option in self._options.get(name, ()):
                    rest = option.written[len(above) :]
                    if _changes_structure(node, rest):
                        found[option] = rest
        for option in found:
            self._options[option.name] = [other for other in self._options[option.name] if other is not option]
        return found

    def count_from_the_end(self, names: Iterable[str], count: int) -> None:
        """Give options of elements that are counted from the end, `--layers.-1.k`, the name of the element."""
        for above in names:
            for name in list(self._below.get(above, ())):
                place, dot, rest = name[len(above) + 1 :].partition(".")
                if place[:1] == "_" and place[1:].isdigit() and 0 < int(place[1:]) <= count:
                    for option in self._options.pop(name, ()):
                        tail = option.written[len(name) - len(rest) :]
                        option.name = f"{above}.{count - int(place[1:])}{dot}{rest}"
                        option.written = f"{above}.{count - int(place[1:])}{dot}{tail}"
                        self.put(option)

    def parts_below(self, names: Iterable[str]) -> set[str]:
        """The next parts of the names of options below these names: `lr` for `--maybe.lr`."""
        below = [name[len(above) + 1 :] for above in names for name in self._below.get(above, ())]
        return {name.partition(".")[0].removesuffix("+") for name in below}

    def left(self) -> list[Option]:
        """The options that nobody took, in the order of the line."""
        rest = [option for options in self._options.values() for option in options]
        return sorted(rest, key=lambda option: option.position)


def _changes_structure(node: Leaf | ListNode | DictNode, rest: str) -> bool:
    """Whether a name that goes on like this after that of a node changes the node, and not just an element's field."""
    if isinstance(node, Leaf):
        return has_parts(node.spec.kind)
    return rest in ("+", ".drop") or (isinstance(node, DictNode) and "." not in rest[1:])
