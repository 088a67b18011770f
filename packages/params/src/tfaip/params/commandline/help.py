"""`--help`: the arguments that exist for the classes selected on the line."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .parsing import Parsed

if TYPE_CHECKING:
    from .command import CommandLine

__all__ = ["print_help"]


def print_help(parsed: Parsed, command: CommandLine) -> None:
    """Print the help of a command."""
    from rich.console import Console

    console = Console(highlight=False)
    console.print(f"usage: {command.prog} [arguments]", markup=False)
    for group in parsed.table.groups:
        console.print(f"\n{group.names.primary}", markup=False)
        for argument in group.arguments:
            spec = argument.node.spec
            console.print(f"  {argument.spelled}  {spec.kind.label if spec else ''}", markup=False)
