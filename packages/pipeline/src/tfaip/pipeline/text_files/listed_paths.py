"""The files that the entries of a list or table name."""

from __future__ import annotations

import logging
import os

__all__ = ["ListedPaths"]

logger = logging.getLogger(__name__)

_warned: set[str] = set()


class ListedPaths:
    """Finds the files that entries name: relative paths start from the folder of the list.

    Args:
        source: Path of the list or table; `None` for the standard input, whose entries start from the current folder.
    """

    def __init__(self, source: str | os.PathLike[str] | None) -> None:
        self._source = "" if source is None else os.fspath(source)
        self._folder = os.path.dirname(self._source)  # noqa: PTH120 - text is much faster, once a sample

    def find(self, entry: str) -> str:
        """Return the path of an entry's file.

        An absolute path, a URL, and an entry that names no file stay as they are. A file that is found from the current
        folder only is taken, with one warning for each list.
        """
        if not entry or not self._folder or os.path.isabs(entry) or "://" in entry:  # noqa: PTH117
            return entry
        beside = os.path.join(self._folder, entry)  # noqa: PTH118
        if os.path.exists(beside):  # noqa: PTH110
            return beside
        if os.path.exists(entry) and self._source not in _warned:  # noqa: PTH110
            _warned.add(self._source)
            logger.warning(
                "%s: the entry %r is found from the current folder only; entries are relative to the list's folder",
                self._source,
                entry,
            )
        return entry

    def find_or_expect(self, entry: str) -> str:
        """Return the path of an entry that must name a file: a missing file is expected in the folder of the list."""
        found = self.find(entry)
        if found != entry or os.path.isabs(entry) or "://" in entry or os.path.exists(entry):  # noqa: PTH110, PTH117
            return found
        return os.path.join(self._folder, entry)  # noqa: PTH118
