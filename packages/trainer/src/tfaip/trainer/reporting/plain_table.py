"""Tables as plain text, for the log."""

from __future__ import annotations

import io

from rich.box import SIMPLE_HEAD as SIMPLE
from rich.console import Console
from rich.table import Table

from tfaip.params.table_console import width_of

__all__ = ["SIMPLE", "TABLE_WIDTH", "as_text"]

# The width beside the time in a log on a wide terminal; narrower ones wrap.
TABLE_WIDTH = 100


def as_text(table: Table, width: int = TABLE_WIDTH) -> str:
    """Return the table as lines without colours and without spaces at their ends; a wider table is not cut."""
    buffer = io.StringIO()
    Console(
        file=buffer, width=width_of(table, width), color_system=None, force_terminal=False, force_jupyter=False
    ).print(table)
    return "\n".join(line.rstrip() for line in buffer.getvalue().split("\n") if line.strip())
