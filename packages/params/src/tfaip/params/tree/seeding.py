"""The nodes of defaults: of a class alone, or of an instance whose values are kept."""

from __future__ import annotations

import copy
import inspect
import typing
from collections import deque
from typing import Any

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.generics import declaring_classes
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import DefinitionError
from tfaip.params.tree.nodes import UNSET, DictNode, Leaf, ListNode, Node, Origin, ParamsNode
from tfaip.params.values.base import ValueType
from tfaip.params.values.structures import ParamsDict, ParamsList, ParamsType

__all__ = ["copied", "node_of_class", "node_of_instance", "select"]


def node_of_class(
    spec: FieldSpec | None, kind: ParamsType, annotation: Any, origin: Origin, above: tuple[Any, ...] = ()
) -> ParamsNode:
    """A node of a class whose fields have their defaults; the class is not instantiated.

    Raises:
        DefinitionError: The class is one of those `above`, whose defaults it makes: a default holds itself.
    """
    if annotation in above:
        assert spec is not None
        raise _endless(spec)
    node = ParamsNode(spec, kind, annotation, origin)
    below = (*above, annotation)
    node.children = {name: _default_node(field, below) for name, field in fields_of(annotation).items()}
    return node


def node_of_instance(spec: FieldSpec | None, kind: ParamsType, instance: Any, origin: Origin) -> ParamsNode:
    """A node that holds the values of an instance; for None and other values, no class is selected."""
    if instance is None or (kind.other is not None and not isinstance(instance, kind.bases)):
        return ParamsNode(spec, kind, None, origin, instance)
    cls = type(instance)
    # The declared class may know type arguments (`Gen[MyData]`) of which an instance tells nothing.
    annotation = next((a for a in kind.annotations if typing.get_origin(a) is cls), cls)
    node = ParamsNode(spec, kind, annotation, origin)
    for name, field in fields_of(annotation).items():
        node.children[name] = _node_of_value(field, getattr(instance, name), origin)
    return node


def select(node: ParamsNode, annotation: Any, origin: Origin) -> None:
    """Change the class of a node (None: to None), keeping the values of the fields that old and new class share.

    A field is shared that both classes inherit from the same declaration, or that the user has set already.
    """
    node.value = None
    if annotation is None or annotation is UNSET:
        node.selected, node.origin, node.children = annotation, origin, {}
        return
    if annotation == node.selected or annotation is node.cls:
        node.origin = origin
        return
    old, old_children = node.cls, node.children
    fresh = node_of_class(node.spec, node.kind, annotation, origin)
    node.selected, node.origin, node.children = fresh.selected, origin, fresh.children
    new = node.cls
    assert new is not None
    if old is None:
        return
    old_owners, new_owners = declaring_classes(old), declaring_classes(new)
    for name, child in node.children.items():
        before = old_children.get(name)
        if before is not None and (before.origin >= Origin.CONFIG or old_owners.get(name) is new_owners.get(name)):
            node.children[name] = _carried(before, child)


def _carried(before: Node, after: Node) -> Node:
    """The node of a shared field with its values, under the field of the new class (its choices, mode and help).

    Where type arguments make the field hold another class in the new class, the values that fit it are kept.
    """
    assert before.spec is not None
    assert after.spec is not None
    if isinstance(before, ParamsNode) and isinstance(after, ParamsNode):
        if before.selected is UNSET or (before.selected is None and not _fits(after.kind, before.value)):
            return after
        if before.cls is not None and not issubclass(before.cls, after.kind.bases):
            select(before, after.selected, before.origin)
        before.kind = after.kind
    elif before.spec.annotation != after.spec.annotation:
        return after
    before.spec = after.spec
    return before


def _fits(kind: ParamsType, value: Any) -> bool:
    if value is None:
        return kind.optional
    return kind.other is not None and kind.other.holds(value)


def _default_node(spec: FieldSpec, above: tuple[Any, ...]) -> Node:
    kind = spec.stored_kind
    if not spec.has_default or spec.needs_instance():
        return _node_without_value(spec, above)
    if isinstance(kind, ParamsType) and (cls := spec.default_class()) is not None:
        return node_of_class(spec, kind, cls, Origin.DEFAULT, above)
    try:
        return _node_of_value(spec, spec.default_value(), Origin.DEFAULT)
    except RecursionError:
        raise _endless(spec) from None


def _endless(spec: FieldSpec) -> DefinitionError:
    return spec.error(f"the default holds itself without end: {' -> '.join(_way_back(spec, spec.owner, [], set()))}")


def _way_back(spec: FieldSpec, start: type[Any], way: list[str], walked: set[type[Any]]) -> list[str]:
    """The fields with a default by which the class that holds the field comes back to itself; empty for none."""
    way = [*way, f"{spec.owner.__name__}.{spec.name}"]
    kind = spec.stored_kind
    if isinstance(kind, ValueType) or not (spec.has_default or spec.options.fixed_class or spec.options.tuple_like):
        return []
    for base in (kind if isinstance(kind, ParamsType) else kind.item).bases:
        if issubclass(start, base):
            return [*way, start.__name__]
        if base not in walked:
            walked.add(base)
            for field in fields_of(base).values():
                if found := _way_back(field, start, way, walked):
                    return found
    return []


def _node_without_value(spec: FieldSpec, above: tuple[Any, ...]) -> Node:
    kind = spec.stored_kind
    if isinstance(kind, ParamsType):
        # Without a default the class has to be selected, except where nothing else than the declared one is possible.
        fixed = spec.options.fixed_class or spec.options.tuple_like
        if fixed and not inspect.isabstract(kind.bases[0]):
            return node_of_class(spec, kind, kind.annotations[0], Origin.DEFAULT, above)
        return ParamsNode(spec, kind, UNSET, Origin.DEFAULT)
    if isinstance(kind, ParamsList):
        return ListNode(spec, kind, UNSET, Origin.DEFAULT)
    if isinstance(kind, ParamsDict):
        return DictNode(spec, kind, UNSET, Origin.DEFAULT)
    return Leaf(spec, UNSET, Origin.DEFAULT)


def _node_of_value(spec: FieldSpec, value: Any, origin: Origin) -> Node:
    kind = spec.stored_kind
    if isinstance(kind, ValueType):
        return Leaf(spec, copied(value), origin)
    if isinstance(kind, ParamsType):
        return node_of_instance(spec, kind, value, origin)
    if isinstance(kind, ParamsList):
        elements = None if value is None else [node_of_instance(spec, kind.item, item, origin) for item in value]
        return ListNode(spec, kind, elements, origin)
    entries = None if value is None else {key: node_of_instance(spec, kind.item, v, origin) for key, v in value.items()}
    return DictNode(spec, kind, entries, origin)


def copied(value: Any) -> Any:
    """A copy of a collection and of those in it: parsed values must not share them with the default instance."""
    cls = type(value)
    if cls is dict:
        return {key: copied(item) for key, item in value.items()}
    if cls in (list, deque):
        made = copy.copy(value)
        made.clear()
        made.extend(map(copied, value))
        return made
    return set(value) if cls is set else value
