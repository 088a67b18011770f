"""Lays data over a part of a node: keys such as `layers+`, `layers.0` and `layers.drop`."""

from __future__ import annotations

from typing import Any, Protocol

from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, Origin, ParamsNode, Path
from tfaip.params.tree.part_names import Operation, key_among, operation_of, position, positions, same_key
from tfaip.params.tree.parts import Change, DataSource, require_known_value
from tfaip.params.values.base import ParamsHost, Reading
from tfaip.params.values.problem import ValueProblem

__all__ = ["PartMerger"]


class _Merger(ParamsHost, Protocol):
    def merge(self, node: Node, data: Any, path: Path) -> None:
        """Lay data over a node and all below it."""


class PartMerger:
    """Lays data over parts of nodes.

    Args:
        merger: Lays data over whole nodes, and collects what is wrong inside them.
    """

    def __init__(self, merger: _Merger) -> None:
        self._merger = merger

    def change(self, node: Node, rest: str, data: Any, path: Path) -> None:
        """Change a part of a node, as the rest of a key says after the name of its field.

        Raises:
            ValueProblem: There is no such part. `<NAME>` in hints stands for the name of the field.
        """
        operation, way = operation_of(rest)
        if not isinstance(node, ParamsNode):
            require_known_value(node)
        if isinstance(node, Leaf):
            self._change_leaf(node, operation, way, data, path)
        elif isinstance(node, ListNode):
            self._change_list(node, operation, way, data, path)
        elif isinstance(node, DictNode):
            self._change_dict(node, operation, way, data, path)
        else:
            inside = f"write the field inside of the params: <NAME>: {{{'.'.join(way)}: ...}}"
            hint = inside if way else "give their fields: <NAME>: {...}"
            raise ValueProblem("params have no parts of this name", (hint,))

    def _change_leaf(self, node: Leaf, operation: Operation, way: list[str], data: Any, path: Path) -> None:
        count = len(self._merger.problems)
        kind = node.spec.stored_kind
        value = Change(operation, DataSource(data, Reading(self._merger, path))).apply(kind, node.value, way)
        if len(self._merger.problems) == count:
            kind.check(value)
            node.value, node.converted = value, False

    def _change_list(self, node: ListNode, operation: Operation, way: list[str], data: Any, path: Path) -> None:
        elements = list(node.elements) if isinstance(node.elements, list) else []
        if way:
            self._change_element(elements[position(way[0], len(elements), grows=True)], operation, way, data, path)
            return
        if operation == "drop":
            gone = positions(DataSource(data, Reading(self._merger, path)).names(), len(elements))
            node.elements = [element for index, element in enumerate(elements) if index not in gone]
            return
        added = ListNode(node.spec, node.kind, None, Origin.CONFIG)
        self._merger.merge(added, data, path)
        node.elements = [*elements, *(added.elements if isinstance(added.elements, list) else [])]

    def _change_dict(self, node: DictNode, operation: Operation, way: list[str], data: Any, path: Path) -> None:
        elements = dict(node.elements) if isinstance(node.elements, dict) else {}
        written = {node.kind.key.write(key): key for key in elements}
        if way and same_key(way[0], written) is not None:
            self._change_element(elements[key_among(way[0], written)], operation, way, data, path)
            return
        if operation == "drop":
            gone = [key_among(word, written) for word in DataSource(data, Reading(self._merger, path)).names()]
            node.elements = {key: element for key, element in elements.items() if key not in gone}
            return
        added = DictNode(node.spec, node.kind, None, Origin.CONFIG)
        self._merger.merge(added, {".".join(way): data} if way else data, path)
        node.elements = {**elements, **(added.elements if isinstance(added.elements, dict) else {})}

    def _change_element(self, element: Node, operation: Operation, way: list[str], data: Any, path: Path) -> None:
        """Lay data over an element, or over the field of it to which the rest of the way leads."""
        end = {"add": "+", "drop": ".drop", "set": ""}[operation]
        if len(way) > 1:
            self._merger.merge(element, {".".join(way[1:]) + end: data}, path)
        elif end:
            raise ValueProblem("an element is set as a whole, or by its fields")
        else:
            self._merger.merge(element, data, path)
