"""Versions of the packages: checks their rules, bumps them, tags a release. docs/versions.md has the rules.

    python release/versions.py check                  names each broken rule
    python release/versions.py bump params minor      new version of tfaip-params, and of the packages that need it
    python release/versions.py tag                    one tag for each package whose version has none yet
    python release/versions.py release params minor   all of it: bump, check, commit, tag

The version of a package stands in its `pyproject.toml` and nowhere else, except for `CITATION.cff`, which has that of
tfaip. `bump` takes major, minor, patch or a version.
"""

from __future__ import annotations

import argparse
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from version_rules import HEADING, SIBLING, Package, numbers, packages, problems, wanted_range

ROOT = Path(__file__).parents[1]


def bump(root: Path, name: str, part: str, today: date) -> dict[str, str]:
    """Give a package a new version, and packages that need another range for it a patch; return the new versions.

    A version without a tag was never released: `bump` keeps it for a dependent, and takes it for the package itself.
    """
    known = packages(root)
    if name not in known:
        sys.exit(f"There is no package {name!r}; use one of {', '.join(known)}")
    changed = {name: next_version(known[name].version, part)}
    released = tags(root)
    if (made := replace(known[name], version=changed[name]).tag) in released:
        sys.exit(f"{name} {changed[name]} is released already: there is the tag {made}")
    _unreleased(known[name])
    queue = [name]
    while queue:
        one = queue.pop(0)
        for package in known.values():
            wanted = wanted_range(changed[one])
            if package.siblings().get(one) in (None, wanted):
                continue
            _write_range(package, one, wanted)
            if package.name not in changed and package.tag in released:
                changed[package.name] = next_version(package.version, "patch")
                _add_entry(package, f"Needs {one} {wanted_range(changed[one])}.")
                queue.append(package.name)
    for one, version in changed.items():
        _write_version(root, known[one], version, today)
    return changed


def next_version(version: str, part: str) -> str:
    """Return the version after a change of a part, or the part itself where it is a version."""
    major, minor, patch = numbers(version)
    following = {"major": (major + 1, 0, 0), "minor": (major, minor + 1, 0), "patch": (major, minor, patch + 1)}
    if part in following:
        return ".".join(map(str, following[part]))
    if numbers(part) < (major, minor, patch):
        sys.exit(f"The new version must be {version} or later, got {part}")
    return part


def _write_range(package: Package, name: str, wanted: str) -> None:
    def changed(found: re.Match[str]) -> str:
        return f'"{found[1]}{found[2] or ""}{wanted}"' if found[1] == name else found[0]

    text = package.project.read_text(encoding="utf-8")
    package.project.write_text(SIBLING.sub(changed, text), encoding="utf-8")


def _add_entry(package: Package, entry: str) -> None:
    text = package.changelog.read_text(encoding="utf-8")
    top = HEADING.search(text)
    at = top.start() if top else len(text)
    if top and top[0] == "## Unreleased":
        text = f"{text[: top.end()]}\n\n### Changed\n\n- {entry}{text[top.end() :]}"
    else:
        text = f"{text[:at]}## Unreleased\n\n### Changed\n\n- {entry}\n\n{text[at:]}"
    package.changelog.write_text(text, encoding="utf-8")


def _unreleased(package: Package) -> tuple[str, re.Match[str]]:
    """The changelog, and the heading of what is not released yet."""
    text = package.changelog.read_text(encoding="utf-8")
    top = HEADING.search(text)
    if top is None or top[2] not in (None, "unreleased"):
        sys.exit(f"{package.changelog} has no '## Unreleased' section: there is nothing to release")
    return text, top


def _write_version(root: Path, package: Package, version: str, today: date) -> None:
    text, top = _unreleased(package)
    heading = f"## {version} ({today.isoformat()})"
    package.changelog.write_text(text[: top.start()] + heading + text[top.end() :], encoding="utf-8")
    project = package.project.read_text(encoding="utf-8")
    project = re.sub(r'^version = ".*"$', f'version = "{version}"', project, count=1, flags=re.MULTILINE)
    package.project.write_text(project, encoding="utf-8")
    if package.name == "tfaip":
        citation = root / "CITATION.cff"
        lines = citation.read_text(encoding="utf-8")
        lines = re.sub(r"^version: .*$", f"version: {version}", lines, count=1, flags=re.MULTILINE)
        lines = re.sub(r"^date-released: .*\n", "", lines, flags=re.MULTILINE)
        citation.write_text(f"{lines.rstrip()}\ndate-released: {today.isoformat()}\n", encoding="utf-8")


def tags(root: Path) -> set[str]:
    """Return the tags of the repository."""
    return set(git(root, "tag", "--list").split())


def tag(root: Path) -> list[str]:
    """Tag each package whose version is dated in its changelog and has no tag; return the new tags."""
    if git(root, "status", "--porcelain"):
        sys.exit("Commit all changes before a tag: git status names them")
    if broken := list(problems(root)):
        sys.exit("\n".join(broken))
    made = []
    for package in packages(root).values():
        top = HEADING.search(package.changelog.read_text(encoding="utf-8"))
        if top and top[2] not in (None, "unreleased") and package.tag not in tags(root):
            git(root, "tag", "--annotate", package.tag, "--message", f"{package.name} {package.version}")
            made.append(package.tag)
    return made


def git(root: Path, *words: str) -> str:
    """Return what git prints."""
    return subprocess.run(["git", *words], cwd=root, capture_output=True, text=True, check=True).stdout


def main(argv: Sequence[str] | None = None, *, root: Path = ROOT) -> None:
    """Run the command."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="verb", required=True)
    verbs.add_parser("check")
    verbs.add_parser("tag")
    for verb in ("bump", "release"):
        one = verbs.add_parser(verb)
        one.add_argument("package", help="params, pipeline, ..., or tfaip")
        one.add_argument("part", help="major, minor, patch, or the version itself")
    arguments = parser.parse_args(argv)
    if arguments.verb == "release" and git(root, "status", "--porcelain"):
        sys.exit("Commit all changes before a release: git status names them")
    if arguments.verb in ("bump", "release"):
        name = arguments.package if arguments.package.startswith("tfaip") else f"tfaip-{arguments.package}"
        changed = bump(root, name, arguments.part, date.today())
        print("\n".join(f"{one} {version}" for one, version in changed.items()))
    if broken := list(problems(root)):
        sys.exit("\n".join(broken))
    if arguments.verb == "release":
        git(root, "commit", "--all", "--message", "Release " + ", ".join(f"{n} {v}" for n, v in changed.items()))
    if arguments.verb in ("tag", "release"):
        print(
            "\n".join(f"git push origin {made}" for made in tag(root))
            or "There is nothing to tag: each version is unreleased, or has its tag."
        )


if __name__ == "__main__":
    main()
