"""The parts of a prediction: their numbers, their folders, and the words of their headers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tfaip.predict.dump.errors import DumpError

__all__ = ["MADE_BY", "OF_PART", "Part", "parts_in"]

# In the header: the part, and the values that all parts of a run share.
OF_PART, MADE_BY = "part", "made_by"

_NAME = re.compile(r"part-(\d+)-of-(\d+)")

# Each has a folder, and all of them are read at once.
_MOST = 10_000


@dataclass(frozen=True)
class Part:
    """Every n-th element of an input, for processes that share a prediction.

    Attributes:
        number: From 0.
        of: The number of parts.
    """

    number: int
    of: int

    @classmethod
    def parse(cls, text: str) -> Part:
        """Return the part of a text such as `3/16`.

        Raises:
            DumpError: It names no part.
        """
        words = text.split("/")
        if len(words) != 2 or not all(word.strip().isdecimal() for word in words):
            raise DumpError(f"a part must be its number and the number of parts, as in 3/16, got {text!r}")
        number, of = map(int, words)
        if not number < of:
            raise DumpError(
                f"parts must be counted from 0, so that the last one of {of} is {max(of - 1, 0)}/{of}, got {text}"
            )
        if of > _MOST:
            raise DumpError(f"an input can have at most {_MOST:,} parts, got {text}")
        return cls(number, of)

    @property
    def name(self) -> str:
        """The name of its folder."""
        return f"part-{self.number:0{len(str(self.of))}}-of-{self.of}"

    def folder(self, dump: Path) -> Path:
        """Its folder among the parts of a dump."""
        return dump / self.name

    def note(self) -> dict[str, Any]:
        """Its value in the header of a dump."""
        return {"number": self.number, "of": self.of}

    def share(self, elements: int | None) -> int | None:
        """The number of its elements, of an input of so many; None for an unknown number."""
        return None if elements is None else len(range(self.number, elements, self.of))

    def __str__(self) -> str:
        return f"{self.number}/{self.of}"


def parts_in(dump: Path) -> list[Part]:
    """The parts that have a folder in a dump, in their order."""
    found = []
    for path in dump.iterdir() if dump.is_dir() else ():
        if (match := _NAME.fullmatch(path.name)) and path.is_dir():
            part = Part(int(match[1]), int(match[2]))
            if part.name == path.name and part.number < part.of <= _MOST:
                found.append(part)
    return sorted(found, key=lambda part: (part.of, part.number))
