"""The rules of versions: ranges between the packages, headings of changelogs, the end of deprecated names."""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

__all__ = ["HEADING", "SIBLING", "Package", "numbers", "packages", "problems", "wanted_range"]

VERSION = re.compile(r"(\d+)\.(\d+)\.(\d+)")
HEADING = re.compile(r"^## (?:Unreleased|(\d+\.\d+\.\d+) \((unreleased|\d{4}-\d\d-\d\d)\))$", re.MULTILINE)
KINDS = ("Added", "Changed", "Deprecated", "Removed", "Fixed", "Security")
SIBLING = re.compile(r'"(tfaip-[a-z]+)(\[[a-z,]+\])?(>=[^";]*)"')


@dataclass(frozen=True)
class Package:
    """A distribution of the repository."""

    folder: Path
    name: str
    version: str

    @property
    def project(self) -> Path:
        """The file that holds the version."""
        return self.folder / "pyproject.toml"

    @property
    def changelog(self) -> Path:
        """The changelog."""
        return self.folder / "CHANGELOG.md"

    @property
    def tag(self) -> str:
        """The tag of a release."""
        return f"{self.name}-v{self.version}"

    def siblings(self) -> dict[str, str]:
        """Packages of the repository that this one depends on, with the range of versions."""
        return {name: wanted for name, _, wanted in SIBLING.findall(self.project.read_text(encoding="utf-8"))}


def packages(root: Path) -> dict[str, Package]:
    """Return all packages by name; tfaip itself is the last one."""
    found = {}
    for project in [*sorted(root.glob("packages/*/pyproject.toml")), root / "pyproject.toml"]:
        table = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
        found[table["name"]] = Package(project.parent, table["name"], table["version"])
    return found


def wanted_range(version: str) -> str:
    """Return the versions that dependents accept: those which may not break them, from this minor version on."""
    major, minor, _ = numbers(version)
    return f">={major}.{minor},<{major}.{minor + 1}" if major == 0 else f">={major}.{minor},<{major + 1}"


def numbers(version: str) -> tuple[int, int, int]:
    """Return the three numbers of a version.

    Raises:
        SystemExit: It is no version of three numbers.
    """
    found = VERSION.fullmatch(version)
    if not found:
        sys.exit(f"A version has three numbers, such as 0.2.1, got {version!r}")
    return int(found[1]), int(found[2]), int(found[3])


def problems(root: Path) -> Iterator[str]:
    """Yield each broken rule, with the file that breaks it."""
    known = packages(root)
    for package in known.values():
        for name, found in package.siblings().items():
            if name in known and found != (wanted := wanted_range(known[name].version)):
                version = known[name].version
                yield f"{package.project}: {name} must be {wanted}, since its version is {version}; got {found}"
        yield from changelog_problems(package)
        yield from aged_names(package)
    citation = root / "CITATION.cff"
    if f"\nversion: {known['tfaip'].version}\n" not in citation.read_text(encoding="utf-8"):
        yield f"{citation}: version must be {known['tfaip'].version}, the one of tfaip"


def changelog_problems(package: Package) -> Iterator[str]:
    """Yield what is wrong with the headings of a changelog."""
    text = package.changelog.read_text(encoding="utf-8")
    headings = [line for line in text.splitlines() if line.startswith("## ")]
    top = HEADING.search(text)
    if not headings or top is None or top[0] != headings[0]:
        yield f"{package.changelog}: the first heading must be '## Unreleased' or '## {package.version} (DATE)'"
    elif top[1] not in (None, package.version):
        yield f"{package.changelog}: the first heading names {top[1]}, but the version is {package.version}"
    for section in re.split(r"^(?=## )", text, flags=re.MULTILINE)[1:]:
        title, _, body = section.partition("\n")
        first, *parts = re.split(r"^### (.*)\n", body, flags=re.MULTILINE)
        if re.search(r"^- ", first, flags=re.MULTILINE):
            yield f"{package.changelog}: entries of '{title}' stand above its first heading; use {', '.join(KINDS)}"
        for kind in parts[::2]:
            if kind not in KINDS:
                yield f"{package.changelog}: '### {kind}' must be one of {', '.join(KINDS)}"


def aged_names(package: Package) -> Iterator[str]:
    """Yield deprecated names whose time is over."""
    for path in sorted((package.folder / "src").rglob("*.py")):
        text = path.read_text(encoding="utf-8")
        if "deprecated(" not in text:
            continue
        for call in ast.walk(ast.parse(text)):
            if isinstance(call, ast.Call) and ast.unparse(call.func).rpartition(".")[2] == "deprecated":
                removed = next((word.value for word in call.keywords if word.arg == "removed"), None)
                until = str(removed.value) if isinstance(removed, ast.Constant) else ""
                if until and numbers(f"{until}.0") <= numbers(package.version):
                    over = f"deprecated until {until}, but the version is {package.version}"
                    yield f"{path}:{call.lineno}: {over}"
