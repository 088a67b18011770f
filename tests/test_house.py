"""The rules of the house, which docs/contributing.md explains: imports, circles, rooms, sizes of files."""

from __future__ import annotations

import ast
import re
from functools import cache

import pytest

from commands import ROOT
from import_graph import ImportGraph, circles
from import_places import PLACES, UPPER_FLOOR, ImportPlaces, edges_between

SOURCES = [ROOT / "src", *sorted((ROOT / "packages").glob("*/src"))]
PACKAGES = ["cli", *(source.parent.name for source in SOURCES[1:])]
FLOORS = ["params", "pipeline", "model", "predict", "trainer", "cli"]
LARGEST_CIRCLE = 3
LARGEST_FOLDER = 16
LONGEST_FILE = 400


@cache
def graph() -> ImportGraph:
    return ImportGraph(SOURCES)


def package_of(module: str) -> str:
    return module.split(".")[1]


def test_no_circle_of_imports_at_module_level():
    assert circles(edges_between(graph(), "top")) == []


def test_no_circle_is_larger_than_three_modules():
    found = circles(edges_between(graph(), *PLACES))
    assert [sorted(circle) for circle in found if len(circle) > LARGEST_CIRCLE] == []


def test_no_import_points_up_a_floor_for_a_type_or_in_a_function():
    upward = [
        f"{found.module} -> {found.target}"
        for found in graph().imports
        if found.module != UPPER_FLOOR and 0 <= _floor(found.module) < _floor(found.target)
    ]
    assert upward == []


@pytest.mark.parametrize("package", PACKAGES)
def test_an_import_stands_at_the_top_unless_it_has_a_reason(package):
    found = [
        f"{graph().modules[found.module].path.relative_to(ROOT)}:{found.line}: {found.target}"
        for found in ImportPlaces(graph(), ROOT).without_reason()
        if package_of(found.module) == package
    ]
    assert found == [], "nothing speaks against the top of the file; docs/contributing.md lists the reasons"


def test_a_folder_holds_at_most_sixteen_modules():
    full = {folder: len(modules) for folder, modules in graph().folders().items() if len(modules) > LARGEST_FOLDER}
    assert full == {}


def test_each_room_says_what_comes_in_and_what_goes_out():
    docstrings = {
        module.name: ast.get_docstring(ast.parse(module.path.read_text(encoding="utf-8"))) or ""
        for module in graph().modules.values()
        if module.is_package
    }
    assert [name for name, text in docstrings.items() if not text] == []
    rooms = {name: text for name, text in docstrings.items() if name.count(".") > 1}  # the others are packages
    assert [name for name, text in rooms.items() if not re.search(r"\bIn\b.*\b[Oo]ut\b", text, flags=re.DOTALL)] == []


def test_a_file_has_at_most_four_hundred_lines():
    long = {
        module.name: lines
        for module in graph().modules.values()
        if (lines := len(module.path.read_text(encoding="utf-8").splitlines())) > LONGEST_FILE
    }
    assert long == {}


def _floor(module: str) -> int:
    """Return the floor of a module; -1 for foreign modules and for the experimenter, which stands beside."""
    parts = module.split(".")
    return FLOORS.index(parts[1]) if parts[0] == "tfaip" and parts[1] in FLOORS else -1
