"""Finds out, without running a line of it, whether a module that a file names looks like one that defines params."""

from __future__ import annotations

import ast
from collections.abc import Sequence

from tfaip.params.regular_files import read_regular
from tfaip.params.trust.locating import Located
from tfaip.params.values.problem import ValueProblem

__all__ = ["require_definition"]

_ROLES = ("Params", "Scenario", "ScenarioBase", "ScenarioOf")
"""The endings of the names of base classes that make a class one of ours."""
_MADE = ("Params", "PipelineParams")
"""The classes within a scenario that no line of its source defines."""
_MAX_BYTES = 2**24


def require_definition(located: Located, qualname: str) -> None:
    """Refuse a module whose source doesn't define a class of that name which looks like one of ours.

    It does if it is decorated with `@params`, or derives from a class named as params and scenarios are, also by way of
    classes of the same module.

    Raises:
        ValueProblem: The source can't be read, or defines no such class.
    """
    try:
        tree = ast.parse(read_regular(located.file, _MAX_BYTES), located.file)
    except (OSError, SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ValueProblem(f"the source of {located.module!r} can't be read: {error}") from None
    if not _defines(tree, qualname.split(".")):
        raise ValueProblem(f"{located.module} defines no params or scenario class {qualname!r}: {located.file}")


def _defines(module: ast.Module, names: Sequence[str]) -> bool:
    scope: ast.Module | ast.ClassDef = module
    for number, name in enumerate(names, 1):
        found = _class_in(scope, name)
        if found is None:
            # `ScenarioOf` makes the classes of its parameters.
            is_made = number == len(names) > 1 and name in _MADE
            return is_made and isinstance(scope, ast.ClassDef) and _is_ours(module, scope)
        scope = found
    return isinstance(scope, ast.ClassDef) and _is_ours(module, scope)


def _class_in(scope: ast.AST, name: str) -> ast.ClassDef | None:
    classes = (node for node in ast.iter_child_nodes(scope) if isinstance(node, ast.ClassDef))
    return next((node for node in classes if node.name == name), None)


def _is_ours(module: ast.Module, node: ast.ClassDef, seen: frozenset[str] = frozenset()) -> bool:
    decorators = {_last_name(d.func if isinstance(d, ast.Call) else d) for d in node.decorator_list}
    bases = {_last_name(base.value if isinstance(base, ast.Subscript) else base) for base in node.bases}
    if "params" in decorators or any(base.removesuffix("Base").endswith(_ROLES) for base in bases):
        return True
    above = [_class_in(module, base) for base in bases - seen]
    return any(base is not None and _is_ours(module, base, seen | {node.name, *bases}) for base in above)


def _last_name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""
