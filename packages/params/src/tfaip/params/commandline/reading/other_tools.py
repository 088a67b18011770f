"""Hints for other spellings: `--x[0] 3`, `--x.append 3`, `--opt.class_path A`, `x=3`, `--x 1,2`, `--rate 0.1`."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from tfaip.params.commandline.reading.arguments import Argument, ArgumentTable
from tfaip.params.commandline.reading.names import Names, spell
from tfaip.params.commandline.reading.options import Option, normalise
from tfaip.params.selection import selectable_names
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, ParamsNode
from tfaip.params.tree.parts import has_parts
from tfaip.params.values.base import ValueType, read_words
from tfaip.params.values.problem import ValueProblem
from tfaip.params.values.scalars import BoolType

__all__ = ["argument_of_other_tool", "value_of_a_group", "values_of_other_tool", "word_of_other_tool"]

_ADDS = {"add", "append", "extend", "insert", "push"}
_REMOVES = {"del", "delete", "discard", "pop", "remove"}
_SELECTS = {"class_path", "_target_", "__target__", "__class__", "__cls__", "_type_", "_cls_", "_component_"}
_BETWEEN = {"init_args", "params", "kwargs"}
_NUMBER = r"[-+]?(\d+\.?\d*|\.\d+)([eE][-+]?\d+)?"
_INDEX = r"\[(['\"]?)([^\]]*)\1\]"
_DASHED = r"(?s)(?:-|\N{EN DASH}|\N{EM DASH})([A-Za-z_][\w.-]*)(?:=.*)?"
_ASSIGNMENT = r"(?s)(?:\+{0,2}|~)([A-Za-z_][\w.-]*)(?::?=(.*))?"


def argument_of_other_tool(option: Option, table: ArgumentTable) -> str:
    """The words to write in place of an argument that doesn't exist; empty where it is no other tool's."""
    name = option.written
    if "[" in name:
        plain = re.sub(_INDEX, lambda found: f".{found[2]}" if found[2] not in ("", "+") else "+", name)
        return f"write --{plain}" if _known(plain, table) else ""
    head, _, last = name.rpartition(".")
    argument = table.by_name.get(normalise(f"--{head}"))
    if argument is not None and _has_items(argument):
        what = "CLASS" if isinstance(argument.node, ListNode) else "KEY=CLASS"
        if last in _ADDS:
            return f"write {argument.spelled}+ {'VALUE' if isinstance(argument.node, Leaf) else what}"
        if last in _REMOVES:
            return f"write {argument.spelled}.drop {'KEY' if isinstance(argument.node, DictNode) else 'POSITION'}"
    if argument is not None and last in _SELECTS and isinstance(argument.node, ParamsNode):
        return f"write {argument.spelled} CLASS"
    kept = ".".join(part for part in name.split(".") if part not in _BETWEEN)
    if kept != name and _known(kept, table):
        return f"write --{kept}"
    return _of_single_value(name, table)


def _of_single_value(name: str, table: ArgumentTable) -> str:
    """A part of a value that has none."""
    base = name.removesuffix("+")
    above = base if base != name else base.rpartition(".")[0]
    argument = table.by_name.get(normalise(f"--{above}"))
    if argument is None or not isinstance(argument.node, Leaf) or has_parts(argument.node.spec.kind):
        return ""
    return f"{argument.spelled} holds one value ({argument.node.spec.kind.label}): {argument.spelled} VALUE sets it"


def _known(name: str, table: ArgumentTable) -> bool:
    """Whether an argument is called like this, or is changed in parts by a name that goes on like this."""
    name = normalise(f"--{name}").removesuffix("+")
    if name in table.by_name:
        return True
    argument = table.by_name.get(name.rpartition(".")[0])
    return argument is not None and _has_items(argument)


def _has_items(argument: Argument) -> bool:
    node = argument.node
    return isinstance(node, ListNode | DictNode) or (isinstance(node, Leaf) and has_parts(node.spec.kind))


def word_of_other_tool(text: str, table: ArgumentTable, plain: Mapping[str, Any]) -> str:
    """The words to write in place of `x=3`, `+x=3`, `~x` or `-x`; empty where there is no such argument."""
    if (dashed := re.fullmatch(_DASHED, text)) is not None:
        name = normalise(f"--{dashed[1]}")
        return f"write --{dashed[1]}" if name in table.by_name or name in plain else ""
    found = re.fullmatch(_ASSIGNMENT, text)
    if found is None or (found[2] is None and not text.startswith("~")):
        return ""
    name = normalise(f"--{found[1]}")
    if name not in table.by_name and name not in plain:
        return ""
    if found[2] is None:
        return f"write --{found[1]} none, where it may be none"
    return f"write --{found[1]} {found[2]}".rstrip()


def values_of_other_tool(node: Node, words: Sequence[str], spelled: str) -> tuple[str, ...]:
    """The words to write in place of `--x 1,2,3` or `--x 1, 2, 3`; empty where that wouldn't help either."""
    text = " ".join(words)
    parts = [part for part in re.split(r"[,\s]+", text.strip("[](){} ")) if part]
    if "," not in text or not _reads(node, parts):
        return ()
    return (f"separate values by spaces: {spelled} {' '.join(parts)}",)


def _reads(node: Node, parts: Sequence[str]) -> bool:
    if isinstance(node, ListNode):
        options = node.spec.options
        names = selectable_names(node.kind.item, options.choices, bool(options.enforce_choices))
        return {part.casefold() for part in parts} <= {name.casefold() for name in names}
    kind = node.spec.kind if isinstance(node, Leaf) else None
    return isinstance(kind, ValueType) and _is_value(kind, parts)


def _is_value(kind: ValueType, words: Sequence[str]) -> bool:
    try:
        read_words(kind, words)
    except ValueProblem:
        return False
    return True


def value_of_a_group(node: ParamsNode, names: Names, words: Sequence[str]) -> tuple[str, ...]:
    """The words to write where a group of arguments got a value: `--learning_rate.lr 0.01` for `--learning_rate 0.01`.

    Args:
        node: The params of the group.
        names: The names of the group.
        words: The words after it.
    """
    if len(words) != 1:
        return ()
    fitting = {name: child for name, child in node.children.items() if _fits(child, words[0])}
    basic = {name: child for name, child in fitting.items() if child.spec and child.spec.options.basic}
    found = [
        f"{spell(names.child(name, child.spec.options).primary)} {words[0]}"
        for name, child in (basic or fitting).items()
        if child.spec is not None
    ]
    return (f"write {' or '.join(found)}",) if 0 < len(found) <= 3 else ()


def _fits(child: Node, word: str) -> bool:
    """Whether a field takes a number, or a path where it is one of a basic field."""
    if not isinstance(child, Leaf) or child.spec.options.mode == "hidden":
        return False
    kind = child.spec.kind
    if not isinstance(kind, ValueType) or not _is_value(kind, [word]):
        return False
    takes_text = _is_value(kind, ["a/b"])
    if re.fullmatch(_NUMBER, word):
        return not takes_text and not isinstance(kind, BoolType)
    return takes_text and "/" in word and bool(child.spec.options.basic)
