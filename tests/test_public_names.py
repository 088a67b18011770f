"""Names that cross packages: public ones, or those of modules that say that they are internal API."""

from __future__ import annotations

import ast
import importlib
import re
from functools import cache

import pytest

from commands import ROOT

SOURCES = [ROOT / "src", *sorted((ROOT / "packages").glob("*/src"))]
PACKAGES = ["params", "pipeline", "model", "predict", "trainer", "experimenter"]
INTERNAL = "Internal API between the packages"


def modules():
    for source in SOURCES:
        for file in sorted(source.rglob("*.py")):
            yield ".".join(file.relative_to(source).with_suffix("").parts).removesuffix(".__init__"), file


MODULES = dict(modules())


@cache
def tree(module: str) -> ast.Module:
    return ast.parse(MODULES[module].read_text(encoding="utf-8"))


def crossing():
    """Each name that a module takes from a module below the root of another package."""
    for module in MODULES:
        for node in ast.walk(tree(module)):
            if isinstance(node, ast.ImportFrom) and _package(node.module) not in ("", _package(module)):
                yield from ((module, node.module, alias.name) for alias in node.names)


def _package(module: str | None) -> str:
    parts = (module or "").split(".")
    return parts[1] if parts[0] == "tfaip" and len(parts) > 1 else ""


def listed(module: str) -> set[str]:
    """The names that a module offers: those of its stub, or of its `__all__`."""
    stub = MODULES[module].with_suffix(".pyi")
    if stub.is_file():
        text = stub.read_text(encoding="utf-8")
        passed_on = map(listed, re.findall(r"^from ([\w.]+) import \*", text, flags=re.MULTILINE))
        return set(re.findall(r" as (\w+)$", text, flags=re.MULTILINE)).union(*passed_on)
    for node in tree(module).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return set(ast.literal_eval(node.value))
    return set()


@cache
def documents() -> str:
    files = [*(ROOT / "docs").rglob("*.md"), *ROOT.glob("packages/*/README.md"), *ROOT.glob("examples/**/*.py")]
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def is_open_to_others(module: str) -> bool:
    """Whether other packages may import from a module below the root of its package."""
    rooms = [module]
    while rooms[-1].count(".") > 2:
        rooms.append(rooms[-1].rpartition(".")[0])
    if any(INTERNAL in (ast.get_docstring(tree(room)) or "") for room in rooms):
        return True
    return bool(re.search(rf"(?<![\w.]){re.escape(module)}(?![\w.]*\w)", documents()))


@pytest.mark.takes_long
def test_another_package_takes_only_names_that_a_module_lists():
    past = [f"{user}: {name} of {module}" for user, module, name in crossing() if name not in listed(module)]
    submodules = [f"{user}: {name} of {module}" for user, module, name in crossing() if f"{module}.{name}" in MODULES]
    assert sorted(set(past) - set(submodules)) == []


def test_another_package_imports_only_from_public_or_internal_modules():
    closed = {module for _, module, _ in crossing() if module.count(".") > 1 and not is_open_to_others(module)}
    assert sorted(closed) == [], f"export the names from the package, or write {INTERNAL!r} into the docstring"


@pytest.mark.parametrize("package", PACKAGES)
def test_each_public_name_loads_and_a_misspelt_one_does_not(package):
    module = importlib.import_module(f"tfaip.{package}")
    assert set(module.__all__) <= listed(f"tfaip.{package}") <= set(dir(module))
    assert [name for name in module.__all__ if getattr(module, name, None) is None] == []
    with pytest.raises(AttributeError, match="nothing_of_this_name"):
        module.nothing_of_this_name  # noqa: B018 - asking for it is the test


CREATED = {
    "create_trainer": "tfaip.trainer:Trainer",
    "create_predictor": "tfaip.predict:Predictor",
    "create_multi_predictor": "tfaip.predict:MultiModelPredictor",
    "create_lav": "tfaip.predict:LAV",
    "create_multi_lav": "tfaip.predict:MultiLAV",
    "default_trainer_params": "tfaip.trainer:TrainerParams",
}


@pytest.mark.parametrize("method", CREATED)
def test_a_scenario_has_types_for_the_objects_of_upper_packages(method):
    """Type checkers read them from `upper_floor`, which names them for types alone."""
    package, _, name = CREATED[method].partition(":")
    function = next(
        node
        for node in ast.walk(tree("tfaip.model.scenario.scenario"))
        if isinstance(node, ast.FunctionDef) and node.name == method
    )
    assert ast.unparse(function.returns) == name
    imported = {
        (node.module, alias.name)
        for node in ast.walk(tree("tfaip.model.scenario.upper_floor"))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    }
    assert (package, name) in imported


@pytest.mark.parametrize("package", PACKAGES)
def test_no_former_module_takes_the_place_of_a_public_name(package):
    """Importing a module sets it as an attribute of its package."""
    former = importlib.import_module(f"tfaip.{package}.former_modules").FORMER_MODULES
    for name in former:
        parent, _, last = name.rpartition(".")
        if parent in MODULES:
            assert last not in getattr(importlib.import_module(parent), "__all__", ()), name
