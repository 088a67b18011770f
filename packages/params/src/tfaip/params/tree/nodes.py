"""The tree of all knowledge of params before they are built: a node a field, each with the class selected so far."""

from __future__ import annotations

from enum import IntEnum
from typing import Any, Final

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.generics import origin_class
from tfaip.params.values.problem import Path, spell_path
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType

__all__ = [
    "UNSET",
    "Deferred",
    "DictNode",
    "Leaf",
    "ListNode",
    "Node",
    "Origin",
    "ParamsNode",
    "Path",
    "label_of",
    "origin_of",
    "spell_path",
]


class _Unset(IntEnum):
    UNSET = 0


UNSET: Final = _Unset.UNSET
"""The value of a node for which there is no value yet, not even None."""


class Origin(IntEnum):
    """Where a value comes from; the later one wins."""

    DEFAULT = 0
    INSTANCE = 1
    CONFIG = 2
    LINE = 3


class Deferred:
    """Plain data that refers to other values, in place of the value of a leaf.

    Args:
        data: The file's text.
        path: The place in the file.
        source: The name of the file.
        root: The root whose fields the file holds directly.
    """

    __slots__ = ("data", "path", "root", "source")

    def __init__(self, data: Any, path: Path, source: str, root: str | None) -> None:
        self.data = data
        self.path = path
        self.source = source
        self.root = root


class Leaf:
    """A field that holds no params.

    `converted`, here and in the other nodes: the value has been through the field's converter, which is applied once.
    """

    __slots__ = ("converted", "origin", "spec", "value")

    def __init__(self, spec: FieldSpec, value: Any, origin: Origin) -> None:
        self.spec = spec
        self.value = value
        self.origin = origin
        self.converted = origin is Origin.INSTANCE


class ParamsNode:
    """One params object: its class, and a node for each field.

    Args:
        spec: The field that holds it (for an element of a list or dict: the whole); None for a root.
        kind: The classes that are allowed.
        selected: The class, perhaps parametrised; None for `value`; UNSET if it has still to be selected.
        origin: Where the selection comes from.
        value: The value of the node in place of params: None, or the `"auto"` of `Layer | str`.
    """

    __slots__ = ("children", "converted", "kind", "origin", "selected", "spec", "value")

    def __init__(
        self, spec: FieldSpec | None, kind: ParamsType, selected: Any, origin: Origin, value: Any = None
    ) -> None:
        self.spec = spec
        self.kind = kind
        self.selected = selected
        self.value = value
        self.origin = origin
        self.converted = origin is Origin.INSTANCE
        self.children: dict[str, Node] = {}

    @property
    def cls(self) -> type[Any] | None:
        """The selected class without type arguments, if one is selected."""
        return None if self.selected is UNSET else origin_class(self.selected)


class ListNode:
    """A list of params; `elements` is None for None and UNSET if there is no value."""

    __slots__ = ("converted", "elements", "kind", "origin", "spec")

    def __init__(self, spec: FieldSpec, kind: ParamsList, elements: Any, origin: Origin) -> None:
        self.spec = spec
        self.kind = kind
        self.elements: list[ParamsNode] | _Unset | None = elements
        self.origin = origin
        self.converted = origin is Origin.INSTANCE


class DictNode:
    """A dict of params; `elements` is None for None and UNSET if there is no value."""

    __slots__ = ("converted", "elements", "kind", "origin", "spec")

    def __init__(self, spec: FieldSpec, kind: ParamsDict, elements: Any, origin: Origin) -> None:
        self.spec = spec
        self.kind = kind
        self.elements: dict[Any, ParamsNode] | _Unset | None = elements
        self.origin = origin
        self.converted = origin is Origin.INSTANCE


Node = Leaf | ParamsNode | ListNode | DictNode


def label_of(node: Node) -> str:
    """The type of a node's value, as people read it."""
    return node.spec.stored_kind.label if isinstance(node, Leaf) else node.kind.label


def origin_of(node: Node) -> Origin:
    """The latest origin in a subtree: setting a field of params is setting the params."""
    children: list[Node] = []
    if isinstance(node, ParamsNode):
        children = list(node.children.values())
    elif isinstance(node, ListNode) and isinstance(node.elements, list):
        children = list(node.elements)
    elif isinstance(node, DictNode) and isinstance(node.elements, dict):
        children = list(node.elements.values())
    return max([node.origin, *map(origin_of, children)])
