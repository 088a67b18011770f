"""What a command line gave: the params of each root and the values of the plain arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from .plain import Arguments

__all__ = ["ParseResult"]


class ParseResult(Mapping[str, Any]):
    """The params by the name of their root; `arguments` holds what stands beside them."""

    def __init__(self, roots: dict[str, Any], arguments: Arguments) -> None:
        self._roots = roots
        self.arguments = arguments

    def __getitem__(self, name: str) -> Any:
        return self._roots[name]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roots)

    def __len__(self) -> int:
        return len(self._roots)

    def __repr__(self) -> str:
        return f"ParseResult({self._roots!r}, {self.arguments!r})"
