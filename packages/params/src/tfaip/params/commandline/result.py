"""The result of a command line: the params of each root and the values of the plain arguments."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeVar, overload

from tfaip.params.commandline.declared.plain import Arguments
from tfaip.params.commandline.declared.roots import Root

__all__ = ["ParseResult"]


T = TypeVar("T")


class ParseResult(Mapping[str, Any]):
    """The params by the name of their root; `arguments` holds what stands beside them.

    Asked with the result of `add_root`, type checkers know the class: `result[root]`.

    Args:
        roots: The params.
        arguments: The values of the plain arguments.
        trust: The packages that `--trust` names, for whatever else the command reads.

    Attributes:
        references: The references of config files, and the values that they were resolved to, by path.
    """

    def __init__(self, roots: dict[str, Any], arguments: Arguments, trust: tuple[str, ...] = ()) -> None:
        self._roots = roots
        self.arguments = arguments
        self.trust = trust
        self.references: dict[tuple[str | int, ...], tuple[Any, Any]] = {}

    @overload
    def __getitem__(self, root: Root[T]) -> T: ...
    @overload
    def __getitem__(self, root: str) -> Any: ...
    def __getitem__(self, root: str | Root[Any]) -> Any:
        return self._roots[root.name if isinstance(root, Root) else root]

    def __iter__(self) -> Iterator[str]:
        return iter(self._roots)

    def __len__(self) -> int:
        return len(self._roots)

    def __repr__(self) -> str:
        return f"ParseResult({self._roots!r}, {self.arguments!r})"
