"""The epochs of a run as a table."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from rich.table import Table
from rich.text import Text

from tfaip.params.shown_text import number_text, one_line
from tfaip.trainer.reporting.plain_table import SIMPLE, TABLE_WIDTH, as_text

__all__ = ["choose_rows", "epoch_table", "log_names"]

# More rows than these are not read; the curves show them.
MAX_ROWS = 20

NO_LOGS = ("epoch", "step", "stage", "time")

# Between two columns of a table, and at its edges, as rich draws it.
GAP = 3


def epoch_table(rows: Sequence[Mapping[str, Any]], best_epoch: int | None = None, width: int = TABLE_WIDTH) -> str:
    """Return one row per epoch. Long runs have only some rows: the first, the last, the best, and others evenly spread.

    Logs that don't fit beside each other follow in a table below.

    Args:
        rows: Logs of each epoch, with its number as `epoch`; a log may be missing in some, or be `None`.
        best_epoch: Is marked by a star.
        width: Columns of the text.
    """
    if not rows:
        return ""
    shown = choose_rows(rows, best_epoch)
    names = log_names(rows)
    cells = {name: [_cell(row.get(name)) for row in shown] for name in names}
    tables: list[tuple[Table, list[str]]] = []
    left = width
    for name in names:
        needed = max(len(one_line(name)), *map(len, cells[name])) + GAP
        if not tables or needed > left:
            table = Table(box=SIMPLE)
            table.add_column("epoch")
            tables.append((table, [name]))
            left = width - max(len("epoch"), len(f"{rows[-1]['epoch']}*")) - 2 * GAP - needed
        else:
            tables[-1][1].append(name)
            left -= needed
    texts = []
    for table, columns in tables:
        for name in columns:
            table.add_column(Text(one_line(name)), justify="right", no_wrap=True)
        for position, row in enumerate(shown):
            mark = "*" if row["epoch"] == best_epoch else ""
            table.add_row(f"{row['epoch']}{mark}", *(cells[name][position] for name in columns))
        texts.append(as_text(table, width))
    return "\n".join(texts)


def log_names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the names of the logs in the order in which they first appear."""
    return list(dict.fromkeys(name for row in rows for name in row if name not in NO_LOGS))


def choose_rows(rows: Sequence[Mapping[str, Any]], best_epoch: int | None) -> list[Mapping[str, Any]]:
    """Return at most 21 rows: the first, the last, the best, others evenly spread."""
    if len(rows) <= MAX_ROWS:
        return list(rows)
    last = len(rows) - 1
    chosen = {round(number * last / (MAX_ROWS - 1)) for number in range(MAX_ROWS)}
    chosen |= {position for position, row in enumerate(rows) if row["epoch"] == best_epoch}
    return [rows[position] for position in sorted(chosen)]


def _cell(value: Any) -> str:
    return "" if value is None else number_text(value)
