"""Attribute docstrings: the text below a field in the source of its class, which Python itself drops."""

from __future__ import annotations

import ast
import functools
import inspect
import linecache
import sys
import weakref
from collections.abc import Iterator
from itertools import pairwise
from typing import Any

__all__ = ["attribute_doc", "remember_cell"]


_CELLS: weakref.WeakKeyDictionary[type[Any], str] = weakref.WeakKeyDictionary()
"""The cells of notebooks that define classes: their module has no file."""

_READ: dict[str, tuple[list[str], dict[str, dict[str, str]]]] = {}
"""Lines of each file, and the texts in them: a look for each field must not read the whole file."""


def remember_cell(cls: type[Any]) -> None:
    """Remember which code defines a class that is just decorated, where its module has no file."""
    module = sys.modules.get(cls.__module__)
    if module is None or getattr(module, "__file__", None):
        return
    frame = inspect.currentframe()
    while frame is not None and frame.f_globals is not vars(module):
        frame = frame.f_back
    if frame is not None:
        _CELLS[cls] = frame.f_code.co_filename


def attribute_doc(cls: type[Any], name: str) -> str:
    """The first paragraph of the text below a field, on one line; empty where there is none, or no source.

    A subclass that declares the field again without a text keeps that of its base.
    """
    for base in cls.__mro__:
        # Not by `get_annotations`, which copies those of all fields for each one.
        if name in getattr(base, "__annotations__", ()) and (text := _docs_of(base).get(name)):
            return " ".join(inspect.cleandoc(text).partition("\n\n")[0].split())
    return ""


def _docs_of(cls: type[Any]) -> dict[str, str]:
    module = sys.modules.get(cls.__module__)
    cell = _CELLS.get(cls)
    file = cell or getattr(module, "__file__", None)
    if module is None or not file or not (cell or file.endswith(".py")):
        return {}
    if not cell:
        linecache.checkcache(file)  # a module that was edited and loaded again
    # The loader's text, where the module lies in an archive.
    lines = linecache.getlines(file, vars(module))
    known = _READ.get(file)
    if known is None or known[0] is not lines:  # they are others once the file has changed
        known = _READ[file] = lines, _docs_in("".join(lines))
    return known[1].get(cls.__qualname__, {})


@functools.lru_cache(maxsize=64)
def _docs_in(source: str) -> dict[str, dict[str, str]]:
    """The texts below the fields of all classes in a module, by the qualified names of the classes."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError):
        return {}
    return {qualname: _below_fields(node) for qualname, node in _classes(tree, "")}


def _classes(node: ast.AST, prefix: str) -> Iterator[tuple[str, ast.ClassDef]]:
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.ClassDef):
            yield prefix + child.name, child
            yield from _classes(child, f"{prefix}{child.name}.")
        elif isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef):
            yield from _classes(child, f"{prefix}{child.name}.<locals>.")
        else:
            yield from _classes(child, prefix)


def _below_fields(cls: ast.ClassDef) -> dict[str, str]:
    return {
        field.target.id: below.value.value
        for field, below in pairwise(cls.body)
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name)
        if isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant) and isinstance(below.value.value, str)
    }
