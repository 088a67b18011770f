"""The part of params that differs from their defaults, as plain data that lays it over these defaults again."""

from __future__ import annotations

from typing import Any

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.generics import origin_class
from tfaip.params.registry import is_params_class, tag_of
from tfaip.params.serialization.writing import file_writing, plain_value
from tfaip.params.tree.merging import CLASS_KEY
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode
from tfaip.params.tree.seeding import select
from tfaip.params.values.annotations import has_fields
from tfaip.params.values.mappings import key_of

__all__ = ["SAME", "changes_from", "plain_of_leaf", "plain_of_node", "select_class_of"]


class _Same:
    def __repr__(self) -> str:
        return "SAME"


SAME: Any = _Same()
"""There is no difference."""


def changes_from(node: Node, value: Any, data: Any) -> Any:
    """The part of data that differs from the defaults, or `SAME`.

    Args:
        node: The tree of the defaults, which is changed.
        value: The value after reading.
        data: The plain data of the value.
    """
    if isinstance(node, ParamsNode):
        return _changes_of_params(node, value, data)
    default = plain_of_node(node)
    if not node.converted and _is_converted(node.spec):
        default = _converted(node) if isinstance(node, Leaf) else UNSET
    return SAME if repr(default) == repr(data) else data


def _changes_of_params(node: ParamsNode, value: Any, data: Any) -> Any:
    if not has_fields(type(value)):
        return SAME if repr(plain_of_node(node)) == repr(data) else data
    changes: dict[str, Any] = {}
    is_tagged = select_class_of(node, value)
    for name, child in node.children.items():
        change = changes_from(child, getattr(value, name), data[name])
        if change is not SAME:
            changes[name] = change
            # Without the tag of a program, a converter would be applied to the value again.
            is_tagged = is_tagged or _is_converted(child.spec)
    if is_tagged:
        changes = {CLASS_KEY: data[CLASS_KEY], **changes}
    return changes or SAME


def _is_converted(spec: FieldSpec | None) -> bool:
    return spec is not None and spec.converter is not None


def _converted(node: Leaf) -> Any:
    """The plain data of a default as the constructor converts it; `UNSET` where the converter needs an instance."""
    if node.value is UNSET:
        return UNSET
    try:
        value = node.spec.converter(node.value)
    except Exception:
        return UNSET
    return plain_of_leaf(Leaf(node.spec, value, node.origin))


def select_class_of(node: ParamsNode, value: Any) -> bool:
    """Select the class of params in a node; returns whether it was another one."""
    cls = type(value)
    # An instance of a class that was defined again is taken for one of the newer class.
    if node.cls is cls or (node.cls is not None and tag_of(node.cls) == tag_of(cls) and not is_params_class(cls)):
        return False
    select(node, next((a for a in node.kind.annotations if origin_class(a) is cls), cls), Origin.CONFIG)
    return True


def plain_of_leaf(node: Leaf) -> Any:
    """The plain data of a value; `UNSET` where there is none."""
    if node.value is UNSET:
        return UNSET
    encoder = node.spec.options.encoder
    return plain_value(encoder(node.value)) if encoder else node.spec.stored_kind.dump(node.value, file_writing())


def plain_of_node(node: Node) -> Any:
    """The plain data of a node as if it were built, no constructor run; `UNSET` where a part is missing."""
    if isinstance(node, Leaf):
        return plain_of_leaf(node)
    if isinstance(node, ParamsNode):
        if node.selected is None:
            other = node.kind.other
            return None if node.value is None or other is None else other.dump(node.value, file_writing())
        if node.cls is None:
            return UNSET
        fields = {name: plain_of_node(child) for name, child in node.children.items()}
        return UNSET if any(part is UNSET for part in fields.values()) else {CLASS_KEY: tag_of(node.cls), **fields}
    if isinstance(node, ListNode) and isinstance(node.elements, list):
        return [plain_of_node(element) for element in node.elements]
    if isinstance(node, DictNode) and isinstance(node.elements, dict):
        keys = {key_of(node.kind.key.dump(key, file_writing())): key for key in node.elements}
        return {name: plain_of_node(node.elements[key]) for name, key in keys.items()}
    return node.elements
