"""The message for an argument that doesn't exist: the nearest names, or the class that would have it."""

from __future__ import annotations

import inspect
from collections.abc import Iterable, Mapping

from tfaip.params.commandline.reading.arguments import Argument, ArgumentTable, Group
from tfaip.params.commandline.reading.names import spell
from tfaip.params.commandline.reading.options import Option, Word
from tfaip.params.commandline.reading.other_tools import argument_of_other_tool, value_of_a_group, word_of_other_tool
from tfaip.params.defining.fields import PLAIN
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import Mistake
from tfaip.params.registry import name_of
from tfaip.params.selection import selectable_classes
from tfaip.params.suggestions import did_you_mean, nearest, nearest_paths
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, ParamsNode
from tfaip.params.values.alternatives import OptionalType
from tfaip.params.values.base import ValueType
from tfaip.params.values.collections import TupleType
from tfaip.params.values.scalars import BoolType

__all__ = ["unexpected_word", "unknown_option"]


def unknown_option(option: Option, table: ArgumentTable, plain: Iterable[str]) -> Mistake:
    """The mistake of an option that is neither a plain argument nor one of the classes selected now."""
    if hint := argument_of_other_tool(option, table) or _belongs_elsewhere(option.name, table):
        return Mistake(option.spelled, "unknown argument", (hint,))
    if groups := [group for group in table.groups if option.name and option.name in group.names.all]:
        words = [word.text for word in option.words] if option.value is None else [option.value]
        values = (value_of_a_group(group.node, group.names, words) or () for group in groups)
        hints = next(filter(None, values), ()) or tuple(hint for group in groups for hint in _fields(group))
        return Mistake(option.spelled, "is a group of arguments and takes no value", hints)
    names = [*plain, *table.by_name, *(table.negated if "no_" in option.name else ())]
    shown = {name: argument.spelled for name, argument in table.by_name.items()}
    found = dict.fromkeys(shown.get(name, spell(name)) for name in nearest_paths(option.name, names))
    return Mistake(option.spelled, "unknown argument", did_you_mean(list(found)[:3]) or _siblings(option, table))


def _siblings(option: Option, table: ArgumentTable) -> tuple[str, ...]:
    """The fields of the params where the argument was looked for."""
    group = next((group for group in table.groups if option.name.rpartition(".")[0] in group.names.all), None)
    return () if group is None else _fields(group)


def _fields(group: Group) -> tuple[str, ...]:
    if not group.names.primary or not group.arguments:
        return ()
    names = [str(argument.path[-1]) for argument in group.arguments]
    more = ", ..." if len(names) > 8 else ""
    return (f"--{group.names.primary} has {', '.join(names[:8])}{more}",)


def unexpected_word(word: Word, table: ArgumentTable, plain: Mapping[str, ValueType]) -> Mistake:
    """The mistake of a word that nobody takes, after an argument of the params or one of the plain ones."""
    if word.after is None:
        instead = word_of_other_tool(word.text, table, plain)
        return Mistake("", f"unexpected value {word.text!r}", (instead or "arguments begin with --",))
    name, spelled = word.after.name, word.after.spelled
    if name in table.negated and name not in table.by_name:
        return Mistake(spelled, f"takes no value, got {word.text!r}")
    node = table.by_name[name].node if name in table.by_name else None
    if isinstance(node, ParamsNode):
        return Mistake(spelled, f"unexpected value {word.text!r}", ("it takes one class",))
    kind = node.spec.kind if isinstance(node, Leaf) else plain.get(name)
    inner = kind.inner if isinstance(kind, OptionalType) else kind
    if isinstance(inner, BoolType):
        return Mistake(spelled, f"must be true, yes, 1, false, no, 0 or nothing, got {word.text!r}")
    count = f"{len(inner.items)} values" if isinstance(inner, TupleType) else "one value"
    hints = () if kind is None else (f"it takes {count} ({kind.label})",)
    return Mistake(spelled, f"unexpected value {word.text!r}", hints)


def _belongs_elsewhere(name: str, table: ArgumentTable) -> str | None:
    """A hint where the argument would exist if another class were selected, or one at all."""
    head, _, rest = name.rpartition(".")
    inner = [rest]
    while head:
        argument = table.by_name.get(head)
        if argument is not None:
            return _hint(argument, inner)
        head, _, part = head.rpartition(".")
        inner.insert(0, part)
    return None


def _hint(argument: Argument, inner: list[str]) -> str | None:
    node: Node = argument.node
    if isinstance(node, ListNode | DictNode):
        return _hint_of_elements(argument, node)
    if not isinstance(node, ParamsNode):
        return None
    options = node.spec.options if node.spec else PLAIN
    classes = selectable_classes(node.kind, options.choices, bool(options.enforce_choices))
    having = [name_of(cls) for cls in classes if cls is not node.cls and inner[0] in fields_of(cls)]
    if node.cls is not None:
        if inner[0] in fields_of(node.cls) or not having:
            return None
        owners = " or ".join(having[:3])
        return f"{inner[0]} belongs to {owners}, not to {name_of(node.cls)}; select {argument.spelled} {having[0]}"
    declared = node.kind.bases[0]
    near = () if having or inspect.isabstract(declared) else did_you_mean(nearest(inner[0], fields_of(declared), 1))
    if near:
        return near[0].replace("did you mean ", f"did you mean {argument.spelled}.")
    state = "none" if node.selected is None else "not selected"
    example = (having or [name_of(cls) for cls in classes] or ["module:Class"])[0]
    return f"{argument.spelled} is {state}; select a class first: {argument.spelled} {example}"


def _hint_of_elements(argument: Argument, node: ListNode | DictNode) -> str:
    if not isinstance(node.elements, list | dict) or not node.elements:
        return f"{argument.spelled} is {'none' if node.elements is None else 'empty'}; select its elements first"
    is_list = isinstance(node.elements, list)
    keys = range(len(node.elements)) if is_list else node.elements
    more = f"{argument.spelled}+ CLASS" if is_list else f"{argument.spelled}.KEY CLASS"
    return f"{argument.spelled} has the elements {', '.join(map(str, keys))}; {more} adds one"
