"""Figures of the house: rooms, files, circles and places of imports, read from the source without running it.

    python benchmarks/house.py             the working tree
    python benchmarks/house.py 25ad9cf     a commit, and the working tree beside it

`tests/test_house.py` holds the limits; `benchmarks/files_passed.py` counts the files that a sample passes through.
"""

from __future__ import annotations

import argparse
import io
import statistics
import subprocess
import tarfile
import tempfile
from pathlib import Path

from import_graph import ImportGraph, circles
from import_places import PLACES, ImportPlaces, edges_between

ROOT = Path(__file__).parents[1]


def main() -> None:
    """Print one table, a column for each commit."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("commits", nargs="*", help="commits to compare with the working tree")
    commits = parser.parse_args().commits
    columns = {commit: _figures_of(commit) for commit in commits} | {"working tree": figures(ROOT)}
    print("| figure | " + " | ".join(columns) + " |")
    print("| --- |" + " ---: |" * len(columns))
    for name in columns["working tree"]:
        print(f"| {name} | " + " | ".join(column[name] for column in columns.values()) + " |")


def figures(root: Path) -> dict[str, str]:
    """Return the figures of a project's folder, by name."""
    graph = ImportGraph([root / "src", *sorted((root / "packages").glob("*/src"))])
    lines = {name: _lines(module.path) for name, module in graph.modules.items() if not module.is_package}
    folders = {name: len(modules) for name, modules in graph.folders().items()}
    fullest = max(folders, key=lambda name: folders[name])
    longest = max(lines, key=lambda name: lines[name])
    all_circles = circles(edges_between(graph, *PLACES))
    late = {place: _statements(graph, place) for place in ("typing", "function")}
    without_reason = {(found.module, found.line) for found in ImportPlaces(graph, root).without_reason()}
    chain = longest_chain(edges_between(graph, "top"))
    return {
        "modules": str(len(lines)),
        "lines of the median module": f"{statistics.median(lines.values()):.0f}",
        "modules below 40 lines": str(sum(number < 40 for number in lines.values())),
        "lines of the longest module": f"{lines[longest]} ({_short(longest)})",
        "folders": str(len(folders)),
        "modules of the median folder": f"{statistics.median(folders.values()):.0f}",
        "modules of the fullest folder": f"{folders[fullest]} ({_short(fullest)})",
        "folders with more than 16 modules": str(sum(number > 16 for number in folders.values())),
        "circles at module level": str(len(circles(edges_between(graph, "top")))),
        "largest circle, with types and functions": str(max((len(circle) for circle in all_circles), default=0)),
        "circles of more than 3 modules": str(sum(len(circle) > 3 for circle in all_circles)),
        "imports below TYPE_CHECKING": str(late["typing"]),
        "imports in functions": str(late["function"]),
        "of both, without a reason": str(len(without_reason)),
        "longest chain of imports at module level": f"{len(chain)} ({_short(chain[0])} ... {_short(chain[-1])})",
    }


def longest_chain(edges: dict[str, set[str]]) -> list[str]:
    """Return the longest chain of modules of which each imports the next; there must be no circle."""
    longest: dict[str, list[str]] = {}

    def from_here(name: str) -> list[str]:
        if name not in longest:
            chains = [from_here(target) for target in sorted(edges[name])]
            longest[name] = [name, *max(chains, key=len, default=[])]
        return longest[name]

    return max((from_here(name) for name in edges), key=len)


def _figures_of(commit: str) -> dict[str, str]:
    archive = subprocess.run(["git", "archive", commit], cwd=ROOT, capture_output=True, check=True).stdout
    with tempfile.TemporaryDirectory() as folder, tarfile.open(fileobj=io.BytesIO(archive)) as files:
        files.extractall(folder, filter="data")
        return figures(Path(folder))


def _statements(graph: ImportGraph, place: str) -> int:
    """Import statements of modules, not of the lists of names in an `__init__`."""
    found = {(found.module, found.line) for found in graph.imports if found.place == place}
    return sum(not graph.modules[module].is_package for module, _ in found)


def _lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def _short(module: str) -> str:
    return module.removeprefix("tfaip.")


if __name__ == "__main__":
    main()
