"""`to_argv`: params turned back into the words of a command line."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from tfaip.params.commandline.declared.declarations import Declarations
from tfaip.params.commandline.reading.parsing import parse_line
from tfaip.params.errors import CommandLineError, ParamsError
from tfaip.params.registry import names_of, tag_of
from tfaip.params.selection import find_class
from tfaip.params.serialization.differing import SAME, changes_from, plain_of_node, select_class_of
from tfaip.params.serialization.writing import file_writing, plain_value, to_dict
from tfaip.params.tree.nodes import DictNode, Leaf, ListNode, Node, Origin, ParamsNode
from tfaip.params.tree.seeding import node_of_class
from tfaip.params.values.annotations import has_fields
from tfaip.params.values.anything import words_of
from tfaip.params.values.base import ValueType, word_of_json
from tfaip.params.values.problem import ValueProblem
from tfaip.params.values.structures import ParamsType

__all__ = ["to_argv"]

_LIKE_OPTION = re.compile(r"-(-|[A-Za-z])")


def to_argv(params: Any, *, cls: Any = None, default: Any = None, root: str = "") -> list[str]:
    """The words of a command line that `parse` reads as these params; values that are as the default are left out.

    Args:
        params: The params.
        cls: The class that is parsed; by default that of the params.
        default: The default instance of the command, if it has one.
        root: The name of the root.

    Raises:
        ParamsError: No command line says these params: a field is hidden, or a converter can't be undone.
    """
    declared = Declarations("to_argv", check_required=False)
    asked = declared.add_root(root, cls or type(params), default=default)
    words: list[str] = []
    _say(asked.seed(), params, to_dict(params), root, words)
    try:
        found = parse_line(declared, words).result()[asked]
    except CommandLineError as error:
        raise ParamsError(f"no command line says these params: {error}") from None
    if (path := _first_difference(to_dict(found), to_dict(params))) is not None:
        raise ParamsError(f"no command line says these params: {path or 'they'} would be read as another value")
    return words


def _say(node: Node, value: Any, data: Any, name: str, words: list[str]) -> None:
    """Add the words that make a node of the defaults into a value."""
    if isinstance(node, ParamsNode):
        _say_params(node, value, data, name, words)
    elif changes_from(node, value, data) is not SAME:
        if isinstance(node, Leaf):
            assert isinstance(node.spec.stored_kind, ValueType)
            words += _option(name, words_of(node.spec.stored_kind, value, file_writing()))
        elif value is None:
            words += _option(name, ["none"])
        else:
            _say_elements(node, value, data, name, words)


def _say_params(node: ParamsNode, value: Any, data: Any, name: str, words: list[str]) -> None:
    if not has_fields(type(value)):
        if repr(plain_of_node(node)) != repr(data):
            said = (
                ["none"]
                if value is None or node.kind.other is None
                else words_of(node.kind.other, value, file_writing())
            )
            words += _option(name, said)
        return
    if select_class_of(node, value):
        words += _option(name, [_name(type(value), node.kind)])
    for field, child in node.children.items():
        _say(child, getattr(value, field), data[field], f"{name}.{field}" if name else field, words)


def _say_elements(node: ListNode | DictNode, value: Any, data: Any, name: str, words: list[str]) -> None:
    """Select the classes of the elements and set their fields; JSON text says elements that aren't params."""
    kind = node.kind.item
    entries = (
        dict(enumerate(value)) if isinstance(node, ListNode) else {node.kind.key.write(k): v for k, v in value.items()}
    )
    plain = list(data) if isinstance(node, ListNode) else list(data.values())
    simple = all(has_fields(type(item)) and re.fullmatch(r"\w+", str(key)) for key, item in entries.items())
    if not simple:
        words += _option(name, [word_of_json(data)])
        return
    names = {key: _name(type(item), kind) for key, item in entries.items()}
    words += _option(
        name, list(names.values()) if isinstance(node, ListNode) else [f"{k}={n}" for k, n in names.items()]
    )
    for (key, item), part in zip(entries.items(), plain, strict=True):
        element = node_of_class(node.spec, kind, type(item), Origin.LINE)
        _say(element, item, part, f"{name}.{key}", words)


def _option(name: str, said: Sequence[str]) -> list[str]:
    """The option with its words: one after `=`, several after it, those that look like options one by one."""
    if len(said) == 1:
        return [f"--{name}={said[0]}"]
    if any(_LIKE_OPTION.match(word) for word in said):
        return [f"--{name}", *(f"--{name}+={word}" for word in said)]
    return [f"--{name}", *said]


def _name(cls: type[Any], kind: ParamsType) -> str:
    """The shortest name by which a class is selected."""
    for name in names_of(cls):
        try:
            found = find_class(name, kind, (), False, _import_nothing)
        except ValueProblem:
            continue
        if (getattr(found, "__origin__", None) or found) is cls:
            return name
    return tag_of(cls)


def _import_nothing(tag: str) -> Any:
    raise ValueProblem(f"{tag} isn't imported")


def _first_difference(found: Any, wanted: Any, path: str = "") -> str | None:
    """The path to the first part of plain data that differs; None where none does."""
    if isinstance(found, dict) and isinstance(wanted, dict) and list(found) == list(wanted):
        parts = (_first_difference(found[key], wanted[key], f"{path}.{key}".lstrip(".")) for key in found)
        return next((part for part in parts if part is not None), None)
    return None if _is_same(plain_value(found), plain_value(wanted)) else path


def _is_same(found: Any, wanted: Any) -> bool:
    """Whether plain data is the same; code may write an int for a float."""
    if isinstance(found, list) and isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(_is_same, found, wanted))
    if isinstance(found, dict) and isinstance(wanted, dict):
        return list(found) == list(wanted) and all(map(_is_same, found.values(), wanted.values()))
    if type(found) is float and type(wanted) is int:
        return found == wanted
    return repr(found) == repr(wanted)
