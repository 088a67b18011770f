"""Files that the command line names may build on others (`__base__`) and refer to other values (`${model.width}`)."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from tfaip.params.serialization.formats import read_file
from tfaip.params.serialization.plain import check_version
from tfaip.params.serialization.references import mentions_reference
from tfaip.params.tree.merging import REFERENCES_KEY, VERSION_KEY
from tfaip.params.tree.nodes import Deferred
from tfaip.params.values.problem import Path as NodePath
from tfaip.params.values.problem import ValueProblem, shown

__all__ = ["Composition"]

_MAX_FILES = 100
"""An honest config builds on a few files."""


class Composition:
    """One file that the command line names, or that another one builds on.

    Args:
        path: The file.
        root: The root whose fields the file holds directly; references are looked up in it first.
        above: The files that build on it.
        count: How many files have been read, shared by all of one line.
    """

    def __init__(
        self, path: Path, root: str | None = None, above: tuple[Composition, ...] = (), count: list[int] | None = None
    ) -> None:
        self.path = path
        self.root = root
        self._above = above
        self._count = [0] if count is None else count
        self._refers = True

    @property
    def source(self) -> str:
        """The name of the file."""
        return str(self.path)

    def read(self) -> Any:
        """The plain data of the file.

        Raises:
            LoadError: The file can't be read or is malformed.
        """
        data = read_file(self.path)
        check_version(data, self.source)
        if isinstance(data, dict):
            # In a file that a program has written, a text is plain.
            marked = data.pop(REFERENCES_KEY, None) is True
            self._refers = VERSION_KEY not in data or marked
        return data

    def bases(self, names: Any) -> Iterator[Composition]:
        """The files that data of this one builds on, in the order in which they are laid.

        Raises:
            ValueProblem: The names are malformed, the bases go round, or there are too many.
        """
        listed = [names] if isinstance(names, str) else names
        is_list = isinstance(listed, Sequence) and bool(listed)
        if not is_list or not all(isinstance(name, str) and name and "\0" not in name for name in listed):
            raise ValueProblem(f"expects the name of a file, or a list of them, got {shown(names)}")
        chain = (*self._above, self)
        for name in listed:
            base = Composition(self.path.parent / name, self.root, chain, self._count)
            self._count[0] += 1
            if self._count[0] > _MAX_FILES:
                raise ValueProblem(f"builds on more than {_MAX_FILES} files")
            opened = [os.path.realpath(one.path) for one in chain]
            if (real := os.path.realpath(base.path)) in opened:
                round_trip = [*chain[opened.index(real) :], base]
                raise ValueProblem(f"the bases go round: {' -> '.join(one.path.name for one in round_trip)}")
            yield base

    def hint(self, data: Any) -> tuple[str, ...]:
        """The advice where data of the file looks like a reference and isn't one."""
        if self._refers or not mentions_reference(data):
            return ()
        return (f"a program has written this file; with {REFERENCES_KEY}: true, its references are resolved",)

    def defer(self, data: Any, path: NodePath) -> Deferred | None:
        """The place of data that refers to other values; None for data that says all itself."""
        return Deferred(data, path, self.source, self.root) if self._refers and mentions_reference(data) else None
