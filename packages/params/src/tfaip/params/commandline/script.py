"""`parse`: params from the command line in one call, for scripts."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

from tfaip.params.commandline.command import CommandLine
from tfaip.params.defining.generics import ClassOf

__all__ = ["parse"]

T = TypeVar("T")


def parse(
    cls: ClassOf[T],
    argv: Sequence[str] | None = None,
    *,
    prog: str | None = None,
    description: str | None = None,
    default: T | None = None,
    root: str = "",
) -> T:
    """Read params of a class from the command line; its fields are arguments by their own names.

    Args:
        cls: The params class.
        argv: The words of the line; by default those of the running process.
        prog: The name of the command in messages; by default that of the running script.
        description: What the script does, for help; by default the docstring of the class.
        default: An instance whose values are shown by help, and kept where the line says nothing else.
        root: A first part for the names of all arguments.

    Raises:
        SystemExit: With 0 after `--help`, `--show`, `--show-schema`; with 2 after a mistake of the user.
    """
    command = CommandLine(prog, (cls.__doc__ or "") if description is None else description)
    command.add_root(root, cls, default=default)
    result: Any = command.parse(argv)[root]
    return result
