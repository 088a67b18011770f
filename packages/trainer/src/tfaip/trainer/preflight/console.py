"""The steps of a check on the console."""

from __future__ import annotations

from rich.console import Console
from rich.table import Table
from rich.text import Text

from tfaip.params.shown_text import clean_text
from tfaip.trainer.preflight.stages import Stage

__all__ = ["show_stage"]

_NAME_WIDTH = 10


def show_stage(stage: Stage, console: Console | None = None) -> None:
    """Print one step: its name, what it found out, the time and the memory that it took."""
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(width=1)
    row.add_column(width=_NAME_WIDTH)
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    cost = f"{stage.seconds:.1f} s" + (f", +{stage.memory / 2**20:,.0f} MiB" if stage.memory >= 2**20 else "")
    findings = clean_text("\n".join(stage.findings))
    row.add_row(Text("✓", "green"), Text(stage.name, "bold"), Text(findings), Text(cost, "dim"))
    (console or Console(highlight=False)).print(row)
