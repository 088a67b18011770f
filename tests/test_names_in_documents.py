"""Names of modules and paths of files in documents, docstrings and comments exist."""

from __future__ import annotations

import ast
import re
import subprocess
from functools import cache
from pathlib import Path

import pytest

from commands import ROOT
from import_graph import ImportGraph

SOURCES = [ROOT / "src", *sorted((ROOT / "packages").glob("*/src"))]
# They name modules of the older tool.
OLD = {"docs/moving_from_tfaip_1.md", "tests/former_scenarios/README.md"}
PATH = re.compile(r"(?<![\w./~<{-])((?:packages|benchmarks|docs|examples|tests|src|tfaip)/[\w./*-]*\w)(?![\w<{*])")


@cache
def graph() -> ImportGraph:
    return ImportGraph(SOURCES)


@cache
def names_in(module: str) -> set[str]:
    """All names that a module defines, imports or passes on, at any depth."""
    found = set(graph().modules[module].passed_on)
    for node in ast.walk(ast.parse(graph().modules[module].path.read_text(encoding="utf-8"))):
        if isinstance(node, (ast.FunctionDef, ast.ClassDef)):
            found.add(node.name)
        elif isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, (ast.Import, ast.ImportFrom)):
            found |= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
    return found


def exists(dotted: str) -> bool:
    parts = dotted.split(".")
    for end in range(len(parts), 0, -1):
        module = ".".join(parts[:end])
        if module in graph().modules:
            return end == len(parts) or parts[end] in names_in(module)
    return any(source.joinpath(*parts).exists() for source in SOURCES)  # a folder without an `__init__`


@cache
def groups() -> set[str]:
    """The groups of entry points, which are dotted names too."""
    texts = [module.path.read_text(encoding="utf-8") for module in graph().modules.values()]
    return {group for text in texts for group in re.findall(r'(?i)\bgroup\s*=\s*"(tfaip\.[\w.]+)"', text)}


def documents() -> dict[str, str]:
    listed = subprocess.run(["git", "ls-files", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    names = [name for name in listed.splitlines() if name not in OLD and "/templates/" not in name]
    return {name: (ROOT / name).read_text(encoding="utf-8") for name in names if (ROOT / name).exists()}


def unknown_names(text: str) -> list[str]:
    """The dotted names of `tfaip` that no module has; a word in capitals stands for a name."""
    dotted = re.findall(r"(?<![\w./@-])tfaip(?:\.[A-Za-z_]\w*)+", text)
    return sorted(
        {name for name in dotted if name not in groups() and not re.search(r"\.[A-Z]+\b", name) and not exists(name)}
    )


def unknown_paths(text: str, folder: Path) -> list[str]:
    """The paths of the project that don't exist, seen from its folder, from a folder of sources, or from a package."""
    bases = [base for base in (ROOT, folder, *SOURCES, *(ROOT / "packages").iterdir()) if base.is_dir()]
    found = {path for path in PATH.findall(re.sub(r"https?://\S+", "", text)) if not re.search(r"\b[A-Z]{3,}\b", path)}
    found = {path for path in found if not path.startswith("docs/_build/")}
    found -= {"tfaip/trusted.json", "tfaip/__init__.py"}  # in the user's own folder, and the file that must not exist
    return sorted(path for path in found if not any(next(base.glob(path), None) for base in bases))


def test_names_of_modules_in_documents_exist():
    unknown = {name: unknown_names(text) for name, text in documents().items()}
    assert {name: found for name, found in unknown.items() if found} == {}


def test_paths_in_documents_exist():
    unknown = {name: unknown_paths(text, (ROOT / name).parent) for name, text in documents().items()}
    assert {name: found for name, found in unknown.items() if found} == {}


def test_names_of_modules_in_docstrings_and_comments_exist():
    unknown = {}
    for module in graph().modules.values():
        text = module.path.read_text(encoding="utf-8")
        docstrings = [ast.get_docstring(node) or "" for node in ast.walk(ast.parse(text)) if _has_docstring(node)]
        comments = re.findall(r"#.*", text)
        if found := unknown_names("\n".join([*docstrings, *comments])):
            unknown[module.name] = found
    assert unknown == {}


@pytest.mark.parametrize(
    "name", ["tfaip.params.no_such_module", "tfaip.params.field_of_no_module", "tfaip.nothing.at_all"]
)
def test_a_name_that_does_not_exist_is_found(name):
    assert unknown_names(f"See `{name}`.") == [name]
    assert unknown_paths("In packages/params/no_such_file.py.", ROOT) == ["packages/params/no_such_file.py"]


def _has_docstring(node: ast.AST) -> bool:
    return isinstance(node, (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef))
