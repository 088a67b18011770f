"""The installed commands: one list, of the entry points, for `python -m`, documents and tests."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from importlib.metadata import EntryPoint

__all__ = ["installed_commands", "run_installed_command"]


def installed_commands(package: str = "tfaip") -> dict[str, EntryPoint]:
    """Return the commands whose code lies in a package, by their names in alphabetical order."""
    from importlib.metadata import entry_points

    found = {entry.name: entry for entry in entry_points(group="console_scripts")}
    return {name: found[name] for name in sorted(found) if f"{found[name].module}.".startswith(f"{package}.")}


def run_installed_command(package: str, default: str) -> None:
    """Run the command of a package that the first word of the process names, as `python -m PACKAGE NAME ...`.

    Args:
        package: The package.
        default: Name of the command without such a word; `tfaip-` is left out of names.
    """
    commands = {name.removeprefix("tfaip-"): entry for name, entry in installed_commands(package).items()}
    name = sys.argv.pop(1) if sys.argv[1:] and sys.argv[1] in commands else default
    commands[name].load()()
