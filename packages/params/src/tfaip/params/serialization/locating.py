"""Finds out, without running a line of it, whether a module that a file names looks like one that defines params."""

from __future__ import annotations

import ast
import importlib.machinery
import sys
from collections.abc import Sequence

from tfaip.params.errors import LoadError, Mistake

__all__ = ["trusted_packages_of"]

_ROLES = ("Params", "Scenario", "ScenarioBase")
"""The endings of the names of base classes that make a class one of ours."""


def trusted_packages_of(*tags: str) -> frozenset[str]:
    """The top-level packages of tags (`module:Class`) that only a file names, for `trust=` of the functions that read.

    Each module is located on `sys.path` without importing anything, its parent packages neither, and its source must
    define a class of that name which is decorated with `@params`, or derives from a class named as params and scenarios
    are.

    Raises:
        LoadError: A tag is malformed, its module isn't found or has no source, or that defines no such class.
    """
    return frozenset(_package_of(tag) for tag in tags)


def _package_of(tag: str) -> str:
    module, _, qualname = tag.partition(":")
    parts = module.split(".")
    if not all(part.isidentifier() for part in (*parts, *qualname.split("."))):
        raise _refused(tag, "expects module:Class")
    path = _source_file(parts)
    if path is None:
        raise _refused(tag, f"no source of a module {module!r} on sys.path")
    try:
        with open(path, "rb") as file:  # noqa: PTH123 - pathlib isn't needed for one read
            tree = ast.parse(file.read(), path)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise _refused(tag, f"the source of {module!r} can't be read: {error}") from None
    if not _defines(tree, qualname.split(".")):
        raise _refused(tag, f"the source of {module!r} defines no params or scenario class {qualname!r}")
    return parts[0]


def _refused(tag: str, problem: str) -> LoadError:
    return LoadError([Mistake(tag, problem)])


def _source_file(parts: Sequence[str]) -> str | None:
    """The source of a module. `importlib.util.find_spec` would import the parent packages, so we walk by ourselves."""
    spec = _find_top_level(parts[0])
    for part in parts[1:]:
        if spec is None:
            return None
        # By the last part of its name alone: for a full name, a folder without __init__ asks for its imported parent.
        spec = importlib.machinery.PathFinder.find_spec(part, list(spec.submodule_search_locations or ()))
    if spec is None:
        return None
    return spec.origin if isinstance(spec.loader, importlib.machinery.SourceFileLoader) else None


def _find_top_level(name: str) -> importlib.machinery.ModuleSpec | None:
    for finder in sys.meta_path:
        # The finders of editable installs know only top-level packages; they look, but import nothing.
        if spec := getattr(finder, "find_spec", lambda *_: None)(name, None):
            return spec
    return None


def _defines(tree: ast.AST, names: Sequence[str]) -> bool:
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.ClassDef) and node.name == names[0]:
            return _is_ours(node) if len(names) == 1 else _defines(node, names[1:])
    return False


def _is_ours(node: ast.ClassDef) -> bool:
    decorators = {_last_name(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list}
    bases = {_last_name(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases}
    return "params" in decorators or any(base.removesuffix("Base").endswith(_ROLES) for base in bases)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
