"""The files that match a pattern."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

from tfaip.pipeline.errors import DataError

__all__ = ["expand_globs"]

_WILDCARDS = "*?["


def expand_globs(patterns: Sequence[str]) -> list[Path]:
    """The files that match, sorted for each pattern; an existing name stands for itself, with any signs in it.

    Raises:
        DataError: Nothing matches a pattern, or it is no pattern.
    """
    found: list[Path] = []
    for pattern in patterns:
        try:
            matching = _matching(Path(pattern))
        except (ValueError, NotImplementedError) as error:
            raise DataError(f"{pattern!r} is no pattern of file names: {error}") from error
        except OSError as error:
            raise DataError(f"files that match {pattern!r} cannot be listed: {error.strerror}") from error
        if not matching:
            raise DataError(f"no file matches {pattern!r}")
        found.extend(matching)
    return found


def _matching(path: Path) -> list[Path]:
    if os.path.exists(path):  # noqa: PTH110 - Path.exists raises for names that are too long
        return [path]
    folder = Path()
    for number, part in enumerate(path.parts):
        # A folder that exists stands for itself, too: `[2021] scans/*.png`.
        if any(sign in part for sign in _WILDCARDS) and not os.path.exists(folder / part):  # noqa: PTH110
            return sorted(folder.glob(str(Path(*path.parts[number:]))))
        folder /= part
    return []
