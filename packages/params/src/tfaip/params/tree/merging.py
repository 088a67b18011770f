"""Lays plain data (of a file, of a dict) over a tree: classes by their tags or names, values by the fields' types."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from tfaip.params.defining.fields import PLAIN
from tfaip.params.selection import find_class, names_class
from tfaip.params.suggestions import did_you_mean, nearest
from tfaip.params.tree.building import build
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode, Path
from tfaip.params.tree.seeding import select
from tfaip.params.values.base import Reading
from tfaip.params.values.collections import read_keys
from tfaip.params.values.problem import Problems, ValueProblem, as_problem, shown
from tfaip.params.values.structures import ParamsType

__all__ = ["CLASS_KEY", "VERSION_KEY", "Merger"]

CLASS_KEY = "__cls__"
VERSION_KEY = "format_version"

_MANY = 20
"""Unknown keys of one object beyond this number are counted, not listed: a wrong file would have thousands."""


class Merger:
    """Lays data over nodes and collects what is wrong with it.

    Args:
        import_tag: Gets the object of a tag that no imported class has; raises `ValueProblem`.
        strict: Whether unknown and missing fields are problems, or else are `tolerated`.
        report_missing: Whether fields that the data doesn't mention are reported at all.
    """

    def __init__(
        self,
        import_tag: Callable[[str], Any],
        *,
        strict: bool = True,
        report_missing: bool = False,
    ) -> None:
        self.import_object = import_tag
        self._report_missing = report_missing
        self.problems: Problems = []
        self.tolerated: Problems = []
        self._mismatches = self.problems if strict else self.tolerated

    def merge(self, node: Node, data: Any, path: Path) -> None:
        """Lay data over a node and all below it."""
        if isinstance(node, ParamsNode):
            self._merge_params(node, data, path)
        elif isinstance(node, ListNode):
            self._merge_list(node, data, path)
        elif isinstance(node, DictNode):
            self._merge_dict(node, data, path)
        else:
            self._merge_leaf(node, data, path)

    def read_params(self, kind: ParamsType, data: Any, path: Path) -> Any:
        """Params that stand in a value; where something is wrong, they aren't usable."""
        node = ParamsNode(None, kind, UNSET, Origin.CONFIG)
        self._merge_params(node, data, path)
        return build(node, self.problems, path, check_required=False)

    def _merge_leaf(self, node: Leaf, data: Any, path: Path) -> None:
        count = len(self.problems)
        node.origin = Origin.CONFIG
        decoder = node.spec.options.decoder
        try:
            value = decoder(data) if decoder is not None else node.spec.stored_kind.load(data, Reading(self, path))
        except RecursionError:
            raise
        except Exception as error:  # decoders and types of the user's own raise anything
            self.problems.append((path, as_problem(error, data)))
            return
        if len(self.problems) == count:
            node.value = value

    def _merge_params(self, node: ParamsNode, data: Any, path: Path) -> None:
        node.origin = Origin.CONFIG
        if node.kind.other is not None and self._merge_other(node, data, path):
            return
        if isinstance(data, str):
            data = {CLASS_KEY: data}
        if data is None and node.kind.optional:
            select(node, None, Origin.CONFIG)
        elif not isinstance(data, dict):
            self._problem(path, f"expects the fields of a {node.kind.label}, got {shown(data)}")
        elif self._select(node, data, path):
            self._merge_fields(node, data, path)

    def _merge_other(self, node: ParamsNode, data: Any, path: Path) -> bool:
        """Take a value that stands in place of params: what names no class, and is no object with one."""
        other = node.kind.other
        assert other is not None
        if data is None or (isinstance(data, dict) and CLASS_KEY in data):
            return False
        choices = node.spec.options.choices if node.spec is not None else None
        if isinstance(data, str) and names_class(data, node.kind, choices):
            return False
        fits, value = Reading(self, path).attempt(other, data)
        if fits:
            select(node, None, Origin.CONFIG)
            node.value = value
        elif not isinstance(data, dict):
            self._problem(path, f"expects {node.kind.label}, got {shown(data)}")
            return True
        return fits

    def _select(self, node: ParamsNode, data: dict[Any, Any], path: Path) -> bool:
        """Select the class that the data names; whether there is one in the end."""
        options = node.spec.options if node.spec is not None else PLAIN
        name = data.get(CLASS_KEY)
        if name is None and node.selected is not None and node.selected is not UNSET:
            return True
        declared = node.kind.annotations[0]
        if name is None and not inspect.isabstract(node.kind.bases[0]):
            select(node, declared, Origin.CONFIG)
            return True
        if name is None:
            self._problem(path, f"needs {CLASS_KEY}, since {node.kind.bases[0].__name__} is abstract")
            return False
        if not isinstance(name, str):
            self._problem((*path, CLASS_KEY), f"expects module:Class, got {shown(name)}")
            return False
        try:
            enforced = bool(options.enforce_choices)
            select(node, find_class(name, node.kind, options.choices, enforced, self.import_object), Origin.CONFIG)
        except ValueProblem as problem:
            self.problems.append(((*path, CLASS_KEY), problem))
            return False
        return True

    def _merge_fields(self, node: ParamsNode, data: dict[Any, Any], path: Path) -> None:
        former = {
            old: name for name, child in node.children.items() if child.spec for old in child.spec.options.former_names
        }
        # A tag is how programs write a class: they store values as they are after the converters.
        written = ":" in str(data.get(CLASS_KEY))
        seen: dict[str, Any] = {}
        unknown = 0
        for key, value in data.items():
            name = key if key in node.children else former.get(key)
            if name in seen:
                self._problem((*path, key), f"is the same field as {seen[name]}, give one of them")
            elif name is not None:
                seen[name] = key
                self.merge(node.children[name], value, (*path, name))
                node.children[name].converted = written
            elif key != CLASS_KEY and not (key == VERSION_KEY and len(path) <= 1):
                unknown += 1
                self._report_unknown(node, key, path, unknown)
        if unknown > _MANY:
            problem = f"{unknown - _MANY} more keys that {_name(node)} doesn't have"
            self._mismatches.append((path, ValueProblem(problem)))
        if self._report_missing:
            for name in (name for name in node.children if name not in seen):
                self._mismatches.append(((*path, name), ValueProblem("is missing")))

    def _report_unknown(self, node: ParamsNode, key: Any, path: Path, count: int) -> None:
        if count <= _MANY:
            hints = did_you_mean(nearest(str(key), node.children))
            self._mismatches.append(((*path, str(key)[:80]), ValueProblem(f"{_name(node)} has no such field", hints)))

    def _merge_list(self, node: ListNode, data: Any, path: Path) -> None:
        node.origin = Origin.CONFIG
        if data is None and node.kind.optional:
            node.elements = None
        elif not isinstance(data, list | tuple):
            self._problem(path, f"expects a list, got {shown(data)}")
        else:
            node.elements = [self._element(node, item, (*path, index)) for index, item in enumerate(data)]

    def _merge_dict(self, node: DictNode, data: Any, path: Path) -> None:
        node.origin = Origin.CONFIG
        if data is None and node.kind.optional:
            node.elements = None
        elif not isinstance(data, dict):
            self._problem(path, f"expects an object, got {shown(data)}")
        else:
            node.elements = {}
            keys = read_keys(data, node.kind.key, path, self.problems)
            for key, read in keys.items():
                node.elements[read] = self._element(node, data[key], (*path, str(key)))

    def _element(self, holder: ListNode | DictNode, data: Any, path: Path) -> ParamsNode:
        element = ParamsNode(holder.spec, holder.kind.item, UNSET, Origin.CONFIG)
        self._merge_params(element, data, path)
        return element

    def _problem(self, path: Path, problem: str) -> None:
        self.problems.append((path, ValueProblem(problem)))


def _name(node: ParamsNode) -> str:
    return node.cls.__name__ if node.cls is not None else node.kind.label
