"""Consoles, and tables that are never cut: at full width in files and pipes, as wide as the window on a terminal.

Internal API between the packages.
"""

from __future__ import annotations

from typing import Any

from rich.console import Console, RenderableType

__all__ = ["open_console", "print_table", "table_console", "width_of"]

_UNLIMITED = 10_000
"""Wider than any table; one that does not expand takes only the columns that it needs."""


_WIDTH, _HEIGHT = 80, 25
"""Of a terminal that doesn't tell its own."""


def open_console(**options: Any) -> Console:
    """Return a console of rich that has a size, also where `COLUMNS` or `LINES` are 0: it would show nothing then.

    Args:
        **options: For `rich.console.Console`.
    """
    console = Console(**options)
    if console.width < 1:
        console.width = _WIDTH
    if console.height < 1:
        console.height = _HEIGHT
    return console


def table_console(**options: Any) -> Console:
    """Return a console for tables.

    Args:
        **options: For `rich.console.Console`.
    """
    console = open_console(**options)
    if not console.is_terminal and not console.is_jupyter:
        console.width = _UNLIMITED
    return console


def print_table(table: RenderableType, **options: Any) -> None:
    """Print a table at full width, or as wide as the terminal.

    Args:
        table: The table.
        **options: For `rich.console.Console`, such as `stderr`.
    """
    table_console(**options).print(table)


def width_of(table: RenderableType, least: int) -> int:
    """Return the columns that a table needs so that no cell is cut, and at least so many."""
    console = Console(width=_UNLIMITED, force_jupyter=False)
    return max(least, console.measure(table).minimum)
