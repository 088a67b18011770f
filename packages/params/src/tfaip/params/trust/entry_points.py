"""Params classes of other distributions, which join a base class by an entry-point group."""

from __future__ import annotations

import contextlib
import functools
import os
from typing import NamedTuple

from tfaip.params.registry import known_groups
from tfaip.params.trust.installed import installed_entries

__all__ = ["JoiningClass", "declares", "joining_classes"]


class JoiningClass(NamedTuple):
    """A class that an installed distribution offers, not imported yet.

    Attributes:
        name: Name of the entry point, by which people select the class.
        tag: The class, `module:Class`.
        distribution: Name and version of the distribution.
        group: The group of entry points.
    """

    name: str
    tag: str
    distribution: str
    group: str


def joining_classes(group: str) -> tuple[JoiningClass, ...]:
    """The classes that installed distributions offer for a group; nothing is imported.

    Only distributions in folders of installed packages count, so never one in the current folder.
    """
    return _joining(group, _state())


def declares(tag: str) -> bool:
    """Whether an installed distribution offers this class for a group that a params class has named."""
    return any(tag == joining.tag for group in known_groups() for joining in joining_classes(group))


def _state() -> tuple[tuple[str, int], ...]:
    """The folders that are searched, and when an installation changed them last."""
    return tuple((entry, os.stat(entry).st_mtime_ns) for entry in installed_entries())


@functools.lru_cache(maxsize=64)
def _joining(group: str, state: tuple[tuple[str, int], ...]) -> tuple[JoiningClass, ...]:
    heading = f"[{group}]".encode()
    # Looked for in plain text first: most environments have none, and importlib.metadata takes 25 ms to import.
    folders = [folder for folder, changed in state if any(heading in text for text in _texts(folder, changed))]
    if not folders:
        return ()
    from importlib.metadata import distributions

    found = set()
    for distribution in distributions(path=folders):
        # A distribution that is damaged must not take the others with it.
        with contextlib.suppress(Exception):
            label = f"{distribution.metadata['Name']} {distribution.version}"
            for point in distribution.entry_points.select(group=group):
                # Without what the distribution may need beyond: `module:Class [extra]`.
                tag = f"{point.module}:{point.attr}" if point.attr else point.value
                found.add(JoiningClass(point.name, tag, label, group))
    return tuple(sorted(found))


@functools.lru_cache(maxsize=64)
def _texts(folder: str, changed: int) -> tuple[bytes, ...]:
    """The entry points of all distributions in a folder."""
    texts = []
    for name in os.listdir(folder):
        if name.endswith((".dist-info", ".egg-info")):
            with contextlib.suppress(OSError), open(os.path.join(folder, name, "entry_points.txt"), "rb") as file:
                texts.append(file.read())
    return tuple(texts)
