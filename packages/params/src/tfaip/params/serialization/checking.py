"""Reads a document back before it becomes a file, and compares: files can be read again."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from numbers import Number
from pathlib import PurePath
from typing import Any

from tfaip.params.defining.field_spec import FieldSpec
from tfaip.params.defining.structure import fields_of
from tfaip.params.errors import Mistake, SaveError
from tfaip.params.registry import find_tag, tag_of
from tfaip.params.serialization.formats import dump_text, parse_text
from tfaip.params.serialization.writing import plain_value
from tfaip.params.tree.building import build
from tfaip.params.tree.merging import Merger
from tfaip.params.tree.nodes import Origin, Path, spell_path
from tfaip.params.tree.seeding import node_of_class
from tfaip.params.trust.tagged_import import imported_object
from tfaip.params.values.annotations import has_fields, kind_of
from tfaip.params.values.base import ValueType
from tfaip.params.values.mappings import key_of
from tfaip.params.values.problem import Problems, ValueProblem, shown
from tfaip.params.values.structures import ParamsType

__all__ = ["checked_text"]

_SURROGATE = "[\ud800-\udfff]"

_TOO_LARGE = 10**4000
"""Python refuses to read numbers of more than 4,300 digits."""


def checked_text(data: Any, roots: dict[Path, Any], format: str, source: str = "") -> str:  # noqa: A002 - what else
    """The document of plain data, from which the same params will be read.

    Args:
        data: The document.
        roots: The params in it, by the path to their data.
        format: `json`, `yaml` or `toml`.
        source: The file, for messages.

    Raises:
        SaveError: With each value that would be refused, or be another one.
    """
    if unplain := list(_unplain(data, (), format)):
        raise _refused(unplain, roots, source)
    try:
        text = dump_text(data, format)
        back = parse_text(text, format)
    except (ValueError, TypeError, RecursionError) as error:
        raise SaveError([Mistake(source or "$", f"can't be saved as {format.upper()}: {error}")]) from None
    problems: Problems = []
    for path, params in roots.items():
        part = back
        for name in path:
            part = part[name]
        problems += _problems(params, part, path)
    if problems:
        raise _refused(problems, roots, source)
    return text


def _refused(problems: Problems, roots: dict[Path, Any], source: str) -> SaveError:
    told: dict[Path, ValueProblem] = {}
    for path, problem in problems:
        root = next(root for root in roots if path[: len(root)] == root)
        where, whole = _of_field(roots[root], root, path, problem)
        told.setdefault(where, whole)
    return SaveError([Mistake(spell_path(w, source), f"can't be saved: {p.problem}", p.hints) for w, p in told.items()])


def _problems(params: Any, data: Any, path: Path) -> Problems:
    """Problems of the data of params, and values that come back as others; `post_init` isn't run."""
    if params is None:
        return []
    # A notebook's cell that runs again replaces a class, and instances of the older one stay.
    cls = find_tag(tag_of(type(params))) or type(params)
    kind = kind_of(cls)
    assert isinstance(kind, ParamsType)
    node = node_of_class(None, kind, cls, Origin.DEFAULT)
    merger = Merger(imported_object)
    merger.merge(node, data, path)
    back = None if merger.problems else build(node, merger.problems, path, check_required=False)
    return merger.problems or list(_differences(params, back, path, kind.label))


class _Unplain(ValueProblem):
    """A value that no file holds, for any type of its field."""


def _unplain(data: Any, path: Path, format: str) -> Iterator[tuple[Path, ValueProblem]]:  # noqa: A002 - what else
    if isinstance(data, dict):
        for key, value in data.items():
            yield from _unplain(key, (*path, str(key)), format)
            yield from _unplain(value, (*path, str(key)), format)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from _unplain(value, (*path, index), format)
    elif data is not None and type(data) not in (bool, int, float, str):
        yield path, _Unplain(f"no file holds a {type(data).__name__}")
    elif type(data) is int and abs(data) >= _TOO_LARGE:
        yield path, _Unplain("no file holds a number of thousands of digits")
    elif format == "toml" and isinstance(data, str) and not data.isprintable() and re.search(_SURROGATE, data):
        yield path, _Unplain("TOML holds no half of a surrogate pair, as in paths of other encodings; JSON and YAML do")


def _of_field(params: Any, root: Path, path: Path, problem: ValueProblem) -> tuple[Path, ValueProblem]:
    """The problem of a value inside a field, as one of the whole field with its type and value."""
    for depth in range(len(root), len(path)):
        part = path[depth]
        if has_fields(type(params)):
            spec = fields_of(type(params)).get(str(part))
            if spec is None:
                break
            params = getattr(params, str(part), None)
            if isinstance(spec.stored_kind, ValueType) and (depth + 1 < len(path) or isinstance(problem, _Unplain)):
                inside = f"{spell_path(path)}: " if depth + 1 < len(path) else ""
                hints = (f"{inside}{problem.problem}", *problem.hints)
                return path[: depth + 1], ValueProblem(f"expects {spec.stored_kind.label}, got {shown(params)}", hints)
        elif isinstance(params, list | tuple) and isinstance(part, int) and part < len(params):
            params = params[part]
        elif isinstance(params, dict):
            params = next((value for key, value in params.items() if key_of(plain_value(key)) == part), None)
    return path, problem


def _differences(value: Any, read: Any, path: Path, label: str) -> Iterator[tuple[Path, ValueProblem]]:
    """The fields of params, a list or a dict of them, that hold something else after reading."""
    sequences = isinstance(value, list | tuple) and isinstance(read, list | tuple)
    if (not sequences and tag_of(type(value)) != tag_of(type(read))) or (
        isinstance(value, dict) and list(value) != list(read)
    ):
        yield path, ValueProblem(f"expects {label}, got {shown(value)}", (f"it would be read as {shown(read)}",))
    elif has_fields(type(value)):
        for name, spec in fields_of(type(value)).items():
            yield from _differences_of_field(getattr(value, name), getattr(read, name), (*path, name), spec)
    elif sequences:
        for index, pair in enumerate(zip(value, read, strict=True)):
            yield from _differences(*pair, (*path, index), label)
    elif isinstance(value, dict):
        for key, item in value.items():
            yield from _differences(item, read[key], (*path, key_of(plain_value(key))), label)


def _differences_of_field(value: Any, read: Any, path: Path, spec: FieldSpec) -> Iterator[tuple[Path, ValueProblem]]:
    if not isinstance(spec.stored_kind, ValueType):
        yield from _differences(value, read, path, spec.stored_kind.label)
        return
    plain = spec.options.encoder or plain_value
    if not _is_same(value, read, plain):
        problem = f"expects {spec.stored_kind.label}, got {shown(value)}"
        yield path, ValueProblem(problem, (f"it would be read as {shown(read)}",))


def _is_same(value: Any, read: Any, plain: Callable[[Any], Any]) -> bool:
    """Whether a value came back; values that can't be compared are the same if their types and their plain data are."""
    same: bool | None
    try:
        same = bool(read == value)
    except Exception:
        same = None  # arrays have no one answer
    if same:
        return True
    if isinstance(value, float) and isinstance(read, float):
        return math.isnan(value) and math.isnan(read)
    if isinstance(value, Number) and type(value) is type(read):
        return repr(value) == repr(read)  # exact numbers that are none
    # In Python a path is often written as a text, and a tuple as a list: the read value is equal.
    if isinstance(value, str) and isinstance(read, PurePath):
        return type(read)(value) == read
    if isinstance(value, list | tuple) and isinstance(read, list | tuple):
        return len(value) == len(read) and all(_is_same(*pair, plain) for pair in zip(value, read, strict=True))
    if type(value) is not type(read):
        return False
    if isinstance(value, set | frozenset):
        return _is_same(plain(value), plain(read), plain)
    if isinstance(value, dict):
        return list(value) == list(read) and all(_is_same(value[key], read[key], plain) for key in value)
    if has_fields(type(value)):
        return not list(_differences(value, read, (), ""))
    if same is False and "__eq__" in {name for cls in type(value).__mro__[:-1] for name in vars(cls)}:
        return False
    return bool(plain(value) == plain(read))
