"""The hooks of all base classes, read from the source: what users override, whatever the names look like."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

__all__ = ["Hook", "hooks_by_class", "hooks_page"]

ROOT = Path(__file__).parents[1]


class Hook(NamedTuple):
    """A method that users override.

    Attributes:
        name: Its name.
        signature: Its arguments and its result, without `self`.
        summary: The first sentence of its docstring.
    """

    name: str
    signature: str
    summary: str


def hooks_by_class() -> dict[str, list[Hook]]:
    """Return the hooks of each class that has some, by the full name of the class; nothing is imported."""
    found: dict[str, list[Hook]] = {}
    for source in sorted((ROOT / "packages").glob("*/src")):
        for file in sorted(source.rglob("*.py")):
            text = file.read_text(encoding="utf-8")
            if "@hook" in text:
                module = ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__")
                for node in ast.walk(ast.parse(text)):
                    if isinstance(node, ast.ClassDef) and (hooks := list(_hooks_of(node))):
                        found[f"{module}.{node.name}"] = hooks
    return found


def hooks_page() -> str:
    """Return a table of hooks for each class, classes of one package together, as Markdown."""
    lines: list[str] = []
    for cls, hooks in hooks_by_class().items():
        lines += [f"## {cls.rpartition('.')[2]}", "", f"{{py:obj}}`{cls}`", "", "| hook | |", "| --- | --- |"]
        lines += [
            f"| `{hook.name}{hook.signature}` | {hook.summary} |".replace(" | None", " \\| None") for hook in hooks
        ]
        lines.append("")
    return "\n".join(lines)


def _hooks_of(cls: ast.ClassDef) -> Iterator[Hook]:
    for node in cls.body:
        if isinstance(node, ast.FunctionDef) and any(map(_marks_hook, node.decorator_list)):
            arguments = ast.arguments(**{**vars(node.args), "args": node.args.args[1:]})
            result = f" -> {ast.unparse(node.returns)}" if node.returns else ""
            summary = (ast.get_docstring(node) or "").partition("\n\n")[0].replace("\n", " ")
            yield Hook(node.name, f"({ast.unparse(arguments)}){result}", summary)


def _marks_hook(decorator: ast.expr) -> bool:
    called = decorator.func if isinstance(decorator, ast.Call) else decorator
    return isinstance(called, ast.Name) and called.id in ("hook", "hook_with")
