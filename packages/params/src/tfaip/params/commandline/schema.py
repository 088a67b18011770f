"""`--show-schema`: the arguments as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from .parsing import Parsed

if TYPE_CHECKING:
    from .command import CommandLine

__all__ = ["schema_of"]


def schema_of(parsed: Parsed, command: CommandLine) -> dict[str, Any]:
    """The tree of all arguments that exist now."""
    return {"prog": command.prog, "arguments": [argument.spelled for argument in parsed.table.by_name.values()]}
