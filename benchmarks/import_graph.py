"""The imports of the project's own modules, read from their source without running it.

Each import has a place: `top` (runs when the module is imported), `typing` (below `if TYPE_CHECKING`), or `function`.
A name that a package's `__init__` only passes on counts as an import of the module that defines it.
"""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

__all__ = ["Import", "ImportGraph", "circles"]


@dataclass(frozen=True)
class Import:
    """One module that another one imports, directly."""

    module: str
    target: str
    place: str
    line: int


@dataclass
class Module:
    """A source file: its name, and what it imports."""

    name: str
    path: Path
    is_package: bool
    found: list[tuple[str, str | None, str, int]] = field(default_factory=list)  # module, name, place, line
    passed_on: dict[str, tuple[str, str]] = field(default_factory=dict)  # of an `__init__`: module and name there


class ImportGraph:
    """All modules below source folders, and who imports whom.

    Args:
        sources: Folders that hold the namespace `tfaip`.
    """

    def __init__(self, sources: Iterable[Path]) -> None:
        self.modules: dict[str, Module] = {}
        for source in sources:
            for path in sorted(source.rglob("*.py")):
                if "templates" in path.parts:  # files that `tfaip-new` copies
                    continue
                module = _read_module(source, path)
                self.modules[module.name] = module
        self._loads: dict[str, frozenset[str]] = {}

    @cached_property
    def imports(self) -> list[Import]:
        """Every import, names that an `__init__` passes on resolved to the module that defines them."""
        found = []
        for module in self.modules.values():
            for base, name, place, line in module.found:
                found.append(Import(module.name, self._target(base, name), place, line))
        return found

    @cached_property
    def top(self) -> dict[str, set[str]]:
        """The modules that importing a module imports directly: its own statements, and packages above each."""
        edges: dict[str, set[str]] = {name: self._above(name) for name in self.modules}
        for found in self.imports:
            if found.place == "top":
                edges[found.module] |= {found.target, *self._above(found.target)}
        for module in self.modules.values():  # the `__init__` that passes a name on is imported too
            edges[module.name] |= {base for base, _, place, _ in module.found if place == "top"}
        return edges

    def loads(self, module: str) -> frozenset[str]:
        """All modules that importing one brings along, itself included; foreign ones by their full name."""
        if module not in self._loads:
            reached: set[str] = set()
            waiting = [module]
            while waiting:
                name = waiting.pop()
                if name not in reached:
                    reached.add(name)
                    waiting += [*self.top.get(name, ()), *self._above(name)]
            self._loads[module] = frozenset(reached)
        return self._loads[module]

    def edges(self, places: Iterable[str]) -> dict[str, set[str]]:
        """Return the direct imports at some places within the project, without the lists of names in an `__init__`."""
        wanted = set(places)
        edges: dict[str, set[str]] = {name: set() for name in self.modules}
        for found in self.imports:
            module = self.modules[found.module]
            if found.place in wanted and found.target in self.modules and not module.is_package:
                edges[found.module].add(found.target)
        return edges

    def folders(self) -> dict[str, list[str]]:
        """The modules that lie in each folder, `__init__` and `__main__` left out."""
        found: dict[str, list[str]] = {}
        for module in self.modules.values():
            if not module.is_package and module.path.stem != "__main__":
                found.setdefault(module.name.rpartition(".")[0], []).append(module.name)
        return found

    def _target(self, base: str, name: str | None, seen: frozenset[str] = frozenset()) -> str:
        if name is None:
            return base
        if f"{base}.{name}" in self.modules:
            return f"{base}.{name}"
        package = self.modules.get(base)
        if package is not None and name in package.passed_on and base not in seen:
            return self._target(*package.passed_on[name], seen | {base})
        return base

    def _above(self, name: str) -> set[str]:
        parts = name.split(".")
        above = {".".join(parts[:end]) for end in range(1, len(parts))}
        return above & self.modules.keys() if parts[0] == "tfaip" else above


def circles(edges: dict[str, set[str]]) -> list[set[str]]:
    """Return the largest sets of modules that all reach each other (Tarjan's algorithm), the largest first."""
    number: dict[str, int] = {}
    lowest: dict[str, int] = {}
    stack: list[str] = []
    found: list[set[str]] = []

    def visit(name: str) -> None:
        number[name] = lowest[name] = len(number)
        stack.append(name)
        for target in sorted(edges[name]):
            if target not in number:
                visit(target)
                lowest[name] = min(lowest[name], lowest[target])
            elif target in stack:
                lowest[name] = min(lowest[name], number[target])
        if lowest[name] == number[name]:
            start = stack.index(name)
            if len(stack) - start > 1 or name in edges[name]:
                found.append(set(stack[start:]))
            del stack[start:]

    for name in edges:
        if name not in number:
            visit(name)
    return sorted(found, key=lambda circle: (-len(circle), sorted(circle)))


def _read_module(source: Path, path: Path) -> Module:
    parts = path.relative_to(source).with_suffix("").parts
    is_package = parts[-1] == "__init__"
    module = Module(".".join(parts[:-1] if is_package else parts), path, is_package)
    _read_imports(module, path, "top")
    if path.with_suffix(".pyi").exists():  # a list of names that are loaded when they are asked for
        _read_imports(module, path.with_suffix(".pyi"), "typing")
    return module


def _read_imports(module: Module, path: Path, place: str) -> None:
    package = module.name.split(".") if module.is_package else module.name.split(".")[:-1]
    for node, its_place in _imports(ast.parse(path.read_text(encoding="utf-8")).body, place):
        if isinstance(node, ast.Import):
            module.found += [(alias.name, None, its_place, node.lineno) for alias in node.names]
            continue
        above = package[: len(package) - node.level + 1] if node.level else []  # relative: the project had them once
        base = ".".join([*above, *filter(None, [node.module])])
        for alias in node.names:
            module.found.append((base, alias.name, its_place, node.lineno))
            if module.is_package:
                module.passed_on[alias.asname or alias.name] = (base, alias.name)


def _imports(body: Iterable[ast.AST], place: str) -> Iterator[tuple[ast.Import | ast.ImportFrom, str]]:
    for node in body:
        if isinstance(node, (ast.Import, ast.ImportFrom)):
            yield node, place
        elif isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test):
            yield from _imports(node.body, "typing")
            yield from _imports(node.orelse, place)
        elif isinstance(node, ast.If) and place == "function" and "sys.version_info" in ast.unparse(node.test):
            continue  # the version of Python decides which of them there is
        elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.Lambda)):
            yield from _imports(ast.iter_child_nodes(node), "function")
        else:
            yield from _imports(ast.iter_child_nodes(node), place)
