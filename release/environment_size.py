"""Weighs this environment: `environment_size.py MEGABYTES MODULE ...`, its largest size, and modules that it lacks."""

from __future__ import annotations

import sys
from importlib.util import find_spec
from pathlib import Path

LARGEST = 6


def main() -> None:
    """Print the size; the exit code is 1 where the environment is larger, or has one of the modules."""
    limit, *unwanted = sys.argv[1:]
    if there := [name for name in unwanted if find_spec(name) is not None]:
        sys.exit(f"the environment must not have {', '.join(there)}")
    sizes = sizes_of(Path(sys.prefix))
    total = sum(sizes.values())
    largest = sorted(sizes, key=lambda name: -sizes[name])[:LARGEST]
    print(f"{total / 1e6:.0f} MB:", ", ".join(f"{name} {sizes[name] / 1e6:.0f}" for name in largest))
    if total > float(limit) * 1e6:
        sys.exit(f"the environment must have at most {limit} MB")


def sizes_of(prefix: Path) -> dict[str, int]:
    """Return the bytes of each folder in `site-packages`, and of all other files."""
    sizes: dict[str, int] = {}
    for path in prefix.rglob("*"):
        if path.is_file() and not path.is_symlink():
            parts = path.relative_to(prefix).parts
            after = parts[parts.index("site-packages") + 1 :] if "site-packages" in parts else ()
            name = after[0] if after else "other files"
            sizes[name] = sizes.get(name, 0) + path.stat().st_size
    return sizes


if __name__ == "__main__":
    main()
