"""From the finished tree to instances, bottom-up, with every mistake that validators and missing values make."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tfaip.params.defining.conversion import Converted, skips_converted
from tfaip.params.tree.nodes import UNSET, Leaf, ListNode, Node, Origin, ParamsNode, Path, label_of, origin_of
from tfaip.params.tree.validation import problems_of, problems_of_fields
from tfaip.params.values.problem import RAISED_FOR_VALUES, Problems, ValueProblem

__all__ = ["Problems", "build"]

_SHOWN_FIELDS = 5
"""So many fields of required params are named in a message."""


def build(node: Node, problems: Problems, path: Path = (), *, check_required: bool = True) -> Any:
    """The value of a node; where something is wrong it is added to `problems`, and the value isn't usable."""
    return _Builder(problems, check_required).build(node, path)


class _Builder:
    def __init__(self, problems: Problems, check_required: bool) -> None:
        self._problems = problems
        self._check_required = check_required

    def build(self, node: Node, path: Path) -> Any:
        self._check_presence(node, path)
        if isinstance(node, Leaf):
            return node.value
        if isinstance(node, ParamsNode):
            return self._build_params(node, path)
        if node.elements is None or node.elements is UNSET:
            return node.elements
        if isinstance(node, ListNode):
            self._check_count(node, len(node.elements), path)
            return node.kind.cls([self.build(element, (*path, index)) for index, element in enumerate(node.elements)])
        return {key: self.build(element, (*path, str(key))) for key, element in node.elements.items()}

    def _check_presence(self, node: Node, path: Path) -> None:
        # A failed setting of a file or the line is a mistake already.
        unset = _is_unset(node) and node.origin is Origin.DEFAULT
        spec = node.spec
        if spec is not None and path[-1:] == (spec.name,):
            unset = unset and not spec.has_default
            unset = unset or (self._check_required and spec.options.required and origin_of(node) is Origin.DEFAULT)
        if unset:
            is_open = isinstance(node, ParamsNode) and _is_unset(node)
            what = "a class must be selected" if is_open else "is required"
            hints = () if is_open else _ways_to_set(node)
            hints = (text, *hints) if spec is not None and (text := spec.help) else hints
            self._problems.append((path, ValueProblem(f"{what} ({label_of(node)})", hints)))

    def _check_count(self, node: ListNode, count: int, path: Path) -> None:
        if node.kind.count is not None and count != node.kind.count:
            self._problems.append(
                (path, ValueProblem(f"expects {node.kind.count} values ({node.kind.label}), got {count}"))
            )

    def _build_params(self, node: ParamsNode, path: Path) -> Any:
        if node.selected is None or node.selected is UNSET:
            return node.value if node.selected is None else UNSET
        cls = node.cls
        assert cls is not None
        count = len(self._problems)
        given = {}
        unaware = {}
        complete = True
        for name, child in node.children.items():
            assert child.spec is not None
            value = self.build(child, (*path, name))
            if value is not UNSET:
                given[child.spec.alias] = value
                if child.converted and child.spec.converter is not None:
                    if skips_converted(child.spec.converter):
                        given[child.spec.alias] = Converted(value)
                    else:
                        unaware[name] = value
            elif not child.spec.has_default:
                complete = False
        values = {name: given[c.spec.alias] for name, c in node.children.items() if c.spec and c.spec.alias in given}
        if not complete or len(self._problems) > count:
            # There is no instance to be had, but all mistakes of a line are told at once.
            leaves = {name: value for name, value in values.items() if isinstance(node.children[name], Leaf)}
            self._report(path, problems_of_fields(cls, leaves))
            return UNSET
        try:
            made = cls(**given)
        except RAISED_FOR_VALUES as error:
            self._report(path, problems_of(cls, values, error))
            return UNSET
        for name, value in unaware.items():
            object.__setattr__(made, name, value)
        return made

    def _report(self, path: Path, problems: Sequence[tuple[str, ValueProblem]]) -> None:
        self._problems.extend(((*path, name) if name else path, problem) for name, problem in problems)


def _ways_to_set(node: Node) -> tuple[str, ...]:
    """How params are set that have a default: the value that is there counts only when somebody says so."""
    if not isinstance(node, ParamsNode):
        return ()
    fields = [name for name, child in node.children.items() if child.spec and child.spec.options.mode != "hidden"]
    shown = [*fields[:_SHOWN_FIELDS], *(["..."] if len(fields) > _SHOWN_FIELDS else [])]
    one_field = f"set one of its fields: {', '.join(shown)}" if fields else ""
    is_fixed = node.spec is not None and (node.spec.options.fixed_class or node.spec.options.tuple_like)
    ways = [one_field] if is_fixed else ["give the name of a class", "none" if node.kind.optional else "", one_field]
    return (", or ".join(filter(None, ways)),)


def _is_unset(node: Node) -> bool:
    if isinstance(node, Leaf):
        return node.value is UNSET
    return (node.selected if isinstance(node, ParamsNode) else node.elements) is UNSET
