"""Finds out, without running a line of it, whether a module that a file names looks like one that defines params."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tfaip.params.regular_files import read_regular
from tfaip.params.trust.locating import Located
from tfaip.params.values.problem import ValueProblem

__all__ = ["require_definition"]

_ROLES = ("Params", "Scenario", "ScenarioBase")
"""The endings of the names of base classes that make a class one of ours."""
_MAX_BYTES = 2**24


def require_definition(located: Located, qualname: str) -> None:
    """Refuse a module whose source doesn't define a class of that name which looks like one of ours.

    It does if it is decorated with `@params`, or derives from a class named as params and scenarios are.

    Raises:
        ValueProblem: The source can't be read, or defines no such class.
    """
    try:
        tree = ast.parse(read_regular(located.file, _MAX_BYTES), located.file)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueProblem(f"the source of {located.module!r} can't be read: {error}") from None
    if not _defines(tree, qualname.split(".")):
        raise ValueProblem(f"{located.module} defines no params or scenario class {qualname!r}: {located.file}")


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
