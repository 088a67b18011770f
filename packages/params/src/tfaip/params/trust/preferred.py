"""Top-level modules that a person named by a path, though others of their name are installed.

Internal API between the packages.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from importlib.machinery import ModuleSpec, PathFinder
from types import ModuleType

__all__ = ["prefer", "preferred"]


class _PreferredFinder:
    """Finds the modules that are preferred in their folders before all others, and nothing else there."""

    folders: dict[str, str] = {}

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The import system's question."""
        folder = cls.folders.get(name)
        return None if folder is None or path is not None else PathFinder.find_spec(name, [folder], target)


def prefer(folders: Mapping[str, str]) -> None:
    """Import each of these top-level modules from its folder, wherever else there is one of its name."""
    _PreferredFinder.folders.update(folders)
    if folders and _PreferredFinder not in sys.meta_path:
        sys.meta_path.insert(0, _PreferredFinder)


def preferred() -> dict[str, str]:
    """The folders by the name of the module, for other processes that must import the same."""
    return dict(_PreferredFinder.folders)
