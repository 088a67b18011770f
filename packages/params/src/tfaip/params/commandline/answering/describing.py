"""The description of an argument, in words: shared by help, schema, completion and the reference documentation."""

from __future__ import annotations

import shlex
from typing import Any

from tfaip.params.registry import name_of
from tfaip.params.selection import selectable_names
from tfaip.params.tree.nodes import UNSET, Leaf, ListNode, Node, Origin, ParamsNode, origin_of
from tfaip.params.values.alternatives import NONE_WORDS, OptionalType
from tfaip.params.values.anything import words_of
from tfaip.params.values.base import Kind, ScalarType, ValueType
from tfaip.params.values.collections import SequenceType
from tfaip.params.values.scalars import BoolType

__all__ = ["choices_of", "docstring_of", "quoted", "required", "value_of", "words_of_kind"]


def choices_of(node: Node) -> tuple[str, ...]:
    """The words from which one may choose: values, or names of classes."""
    if isinstance(node, Leaf):
        kind = node.spec.kind
        assert isinstance(kind, ValueType)
        return words_of_kind(kind)
    spec = node.spec
    if isinstance(node, ParamsNode) and spec is not None and (spec.options.fixed_class or spec.options.tuple_like):
        return ("none",) if node.kind.optional else ()
    item = node.kind if isinstance(node, ParamsNode) else node.kind.item
    offered = spec.options.choices if spec is not None else None
    enforced = bool(spec is not None and spec.options.enforce_choices)
    names = selectable_names(item, offered, enforced)
    if item.other is not None:
        names = (*names, *item.other.words())
    return (*names, "none") if node.kind.optional else names


def words_of_kind(kind: ValueType) -> tuple[str, ...]:
    """The words from which one may choose a value, if there are others than those of flags and of None."""
    words = () if _is_plain_flag(kind) else tuple(dict.fromkeys(kind.words()))
    return words if set(words) - set(NONE_WORDS) else ()


def _is_plain_flag(kind: ValueType) -> bool:
    inner: Kind = kind.inner if isinstance(kind, OptionalType) else kind
    if isinstance(inner, SequenceType):
        inner = inner.item
    return isinstance(inner, BoolType) or (isinstance(inner, ScalarType) and not inner.words())


def value_of(node: Node) -> str | None:
    """The current value as one would write it on the command line; None where there is none yet."""
    if isinstance(node, Leaf):
        kind = node.spec.kind
        if node.value is UNSET:
            return None
        assert isinstance(kind, ValueType)
        words = _formatted(kind, node.value)
        return " ".join(quoted(word) for word in words) if words else "(empty)"
    if isinstance(node, ParamsNode):
        if node.spec is not None and node.spec.options.tuple_like and node.children:
            return " ".join(value_of(child) or "?" for child in node.children.values())
        return _selected(node)
    if node.elements is UNSET:
        return None
    if node.elements is None:
        return "none"
    if isinstance(node, ListNode) and isinstance(node.elements, list):
        return " ".join(_selected(item) or "?" for item in node.elements) or "(empty)"
    assert isinstance(node.elements, dict)
    return " ".join(f"{key}={_selected(item)}" for key, item in node.elements.items()) or "(empty)"


def _formatted(kind: ValueType, value: Any) -> list[str]:
    try:
        return words_of(kind, value)
    except (AttributeError, TypeError, ValueError):
        # Defaults aren't checked when a class is defined; help must not fail because of one.
        return [str(value)]


def quoted(word: str) -> str:
    """A word as a shell needs it."""
    return shlex.quote(word)


def _selected(node: ParamsNode) -> str | None:
    if node.selected is UNSET:
        return None
    if node.cls is not None:
        return name_of(node.cls)
    is_other = node.value is not None and node.kind.other is not None
    return " ".join(_formatted(node.kind.other, node.value)) if is_other and node.kind.other else "none"


def required(node: Node) -> bool:
    """Whether the argument has still to be given."""
    spec = node.spec
    if spec is None:
        return isinstance(node, ParamsNode) and node.selected is UNSET
    if origin_of(node) is not Origin.DEFAULT:
        return False
    return spec.options.required or (value_of(node) is None and not spec.has_default)


def docstring_of(cls: type[Any] | None) -> str:
    """The first paragraph of a class' docstring, on one line."""
    text = (vars(cls).get("__doc__") or "") if cls is not None else ""
    # The docstring that `dataclass` makes up repeats the constructor.
    if cls is not None and text.startswith(f"{cls.__name__}("):
        return ""
    return " ".join(text.strip().partition("\n\n")[0].split())
