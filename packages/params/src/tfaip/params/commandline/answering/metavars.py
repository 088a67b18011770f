"""The placeholders after arguments in help, and the rest of the type's description."""

from __future__ import annotations

from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, ParamsNode
from tfaip.params.values.alternatives import MixedType, OptionalType
from tfaip.params.values.anything import AnyType
from tfaip.params.values.base import Kind, ValueType
from tfaip.params.values.collections import SequenceType, TupleType
from tfaip.params.values.constraints import LimitedType
from tfaip.params.values.mappings import MappingType
from tfaip.params.values.records import TypedDictType
from tfaip.params.values.scalars import BoolType

__all__ = ["metavar_of", "metavar_of_kind", "type_note"]

_LONGEST_LABEL = 16
"""A longer one (literals, unions) would push all explanations of its group aside."""


def metavar_of(node: Node) -> str:
    """The placeholder after the argument of a node."""
    if isinstance(node, ParamsNode):
        if node.spec is not None and node.spec.options.tuple_like:
            return " ".join(name.upper() for name in node.children)
        return "CLASS" if node.kind.other is None else f"CLASS|{_words(node.kind.other)}"
    if isinstance(node, ListNode):
        return "CLASS ..."
    if isinstance(node, DictNode):
        return "KEY=CLASS ..."
    kind = node.spec.kind
    assert isinstance(kind, ValueType)
    return metavar_of_kind(kind)


def metavar_of_kind(kind: ValueType) -> str:
    """The placeholder for a value of this kind; optional parts stand in brackets."""
    inner = kind.inner if isinstance(kind, OptionalType) else kind
    return "[BOOL]" if isinstance(inner, BoolType) else _words(inner)


def _words(kind: Kind) -> str:
    if isinstance(kind, OptionalType | LimitedType):
        return _words(kind.inner)
    if isinstance(kind, ValueType) and kind.arity is None and isinstance(kind, TupleType | SequenceType | MappingType):
        return _nested(kind)
    if isinstance(kind, SequenceType):
        return f"{_words(kind.item)} ..."
    if isinstance(kind, TupleType):
        return " ".join(map(_words, kind.items))
    if isinstance(kind, MappingType):
        return f"KEY={_words(kind.item)} ..."
    if isinstance(kind, TypedDictType):
        return " ".join(f"{name}={_item(part)}" for name, part in kind.parts.items())
    if isinstance(kind, MixedType):
        return "|".join(f"[{_words(member)}]" if " " in _words(member) else _words(member) for member in kind.members)
    return kind.label.replace(" | ", "|").upper() if len(kind.label) <= _LONGEST_LABEL else "VALUE"


def _nested(kind: TupleType | SequenceType | MappingType) -> str:
    """Words of collections, whose items may be JSON text."""
    if isinstance(kind, TupleType):
        return " ".join(_item(item) for item in kind.items)
    return f"KEY={_item(kind.item)} ..." if isinstance(kind, MappingType) else f"{_item(kind.item)} ..."


def _item(kind: Kind) -> str:
    is_words = isinstance(kind, ValueType) and (kind.arity is not None or isinstance(kind, AnyType))
    return _words(kind) if is_words else "JSON"


def type_note(node: Node) -> str:
    """The part of the type's description that the placeholder leaves out; empty where it says all."""
    if not isinstance(node, Leaf):
        return ""
    kind = node.spec.kind
    assert isinstance(kind, ValueType)
    inner = kind.inner if isinstance(kind, OptionalType) else kind
    said = (
        isinstance(inner, TupleType)
        or (isinstance(inner, SequenceType) and inner.cls is list)
        or inner.label.upper() == _words(inner)
    )
    if not said:
        return kind.label
    return "or none" if inner is not kind and node.value is not None else ""
