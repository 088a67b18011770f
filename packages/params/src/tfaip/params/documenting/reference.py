"""Params as a Markdown reference: a table for each class of a tree."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from tfaip.params.commandline.answering.describing import choices_of, docstring_of, required, value_of
from tfaip.params.commandline.command import CommandLine
from tfaip.params.commandline.reading.arguments import Argument, Group
from tfaip.params.registry import name_of, tag_of
from tfaip.params.selection import selectable_classes
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, ParamsNode, label_of

__all__ = ["markdown_reference"]


def markdown_reference(cls: Any, *, root: str = "", level: int = 2, default: Any = None) -> str:
    """A Markdown table of all arguments, for the classes selected by default and then for every alternative.

    Args:
        cls: The params class.
        root: The first part of the names of the arguments, as of `CommandLine.add_root`.
        level: The level of the headings.
        default: An instance whose values are shown.
    """
    command = CommandLine("reference", check_required=False)
    command.add_root(root, cls, default=default)
    groups = command.read([]).table.groups
    lines = [line for group in groups for line in _table(group, level)]
    lines += [line for group in _alternatives(groups) for line in _table(group, level)]
    return "\n".join(lines).strip() + "\n"


def _table(group: Group, level: int) -> Iterator[str]:
    cls = group.node.cls
    if cls is None or not group.arguments:
        return
    name = f"`--{group.names.primary}`: {name_of(cls)}" if group.names.primary else name_of(cls)
    yield from (f"{'#' * level} {name}", "")
    if text := docstring_of(cls):
        yield from (text, "")
    yield f"Class `{tag_of(cls)}`."
    yield from ("", "| argument | type | default | meaning |", "| --- | --- | --- | --- |")
    yield from map(_row, group.arguments)
    yield ""


def _row(argument: Argument) -> str:
    node = argument.node
    spec = node.spec
    names = ", ".join(f"`{name}`" for name in argument.names.spelled)
    meaning = [text] if spec is not None and (text := spec.help) else []
    if choices := choices_of(node):
        meaning.append("One of " + ", ".join(f"`{choice}`" for choice in choices) + ".")
    default = "*required*" if required(node) else f"`{value_of(node)}`" if value_of(node) is not None else ""
    return "| " + " | ".join(_cell(cell) for cell in (names, f"`{label_of(node)}`", default, " ".join(meaning))) + " |"


def _cell(text: str) -> str:
    return " ".join(text.replace("|", "\\|").split())


def _alternatives(groups: list[Group]) -> Iterator[Group]:
    """The tables of the classes that could be selected instead, one for each class, without those shown already."""
    shown = {group.node.cls for group in groups}
    for argument in (argument for group in groups for argument in group.arguments):
        node, spec = argument.node, argument.node.spec
        if isinstance(node, Leaf) or spec is None or spec.options.fixed_class or spec.options.tuple_like:
            continue
        kind = node.kind if isinstance(node, ParamsNode) else node.kind.item
        element = ".N" if isinstance(node, ListNode) else ".KEY" if isinstance(node, DictNode) else ""
        for cls in selectable_classes(kind, spec.options.choices, bool(spec.options.enforce_choices)):
            if cls not in shown:
                shown.add(cls)
                yield _group_of(f"{argument.names.primary}{element}", cls)


def _group_of(name: str, cls: type[Any]) -> Group:
    command = CommandLine("reference", check_required=False)
    command.add_root(name, cls)
    return command.read([]).table.groups[0]
