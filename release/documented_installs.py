"""Resolves each `pip install tfaip-...` of the documents with the wheels of a folder: `documented_installs.py DIST`."""

from __future__ import annotations

import re
import subprocess
import sys
import zipfile
from email.parser import HeaderParser
from pathlib import Path

ROOT = Path(__file__).parents[1]
LINE = re.compile(r"\bpip install (?!-e)([^\n`#)&;]*)")
# Not the words of an option, a path or another distribution.
REQUIREMENT = re.compile(r"[\"']?(tfaip(?:-[a-z]+)?(?:\[[a-z,_-]+\])?)[\"']?$")


def main() -> None:
    """Resolve them; the exit code is 1 where one fails, or asks for an extra that does not exist."""
    dist = Path(sys.argv[1])
    found = documented(ROOT)
    if not found:
        sys.exit("No document installs a package of tfaip: has the pattern of release/documented_installs.py aged?")
    extras = {path.name.partition("-")[0].replace("_", "-"): extras_of(path) for path in dist.glob("*.whl")}
    for requirement, places in sorted(found.items()):
        name, _, wanted = requirement.rstrip("]").partition("[")
        unknown = {extra for extra in wanted.split(",") if extra} - extras.get(name, set())
        if name not in extras or unknown:
            sys.exit(f"pip install {requirement}: no such package or extra (in {', '.join(places)})")
        words = ["uv", "pip", "install", "--dry-run", "--quiet", "--find-links", str(dist), requirement]
        done = subprocess.run(words, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"pip install {requirement} (in {', '.join(places)}):\n{done.stderr}")
        print(f"pip install {requirement}: resolves ({len(places)} documents)")


def documented(root: Path) -> dict[str, list[str]]:
    """Return the requirements that documents and messages of the sources tell to install, with the files."""
    found: dict[str, list[str]] = {}
    listed = subprocess.run(["git", "ls-files", "*.md", "*.py"], cwd=root, capture_output=True, text=True, check=True)
    for name in listed.stdout.splitlines():
        for line in LINE.findall((root / name).read_text(encoding="utf-8")):
            for word in line.replace("\\", "").split():
                if match := REQUIREMENT.match(word.rstrip(".,;:")):
                    found.setdefault(match[1], []).append(name)
    return found


def extras_of(wheel: Path) -> set[str]:
    """Return the extras that a wheel offers."""
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        message = HeaderParser().parsestr(archive.read(metadata).decode())
    return set(message.get_all("Provides-Extra", []))


if __name__ == "__main__":
    main()
