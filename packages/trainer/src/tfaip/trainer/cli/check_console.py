"""The steps of a check on the console."""

from __future__ import annotations

from types import TracebackType
from typing import TYPE_CHECKING, Self

from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from tfaip.params.shown_text import clean_text
from tfaip.params.table_console import open_console

if TYPE_CHECKING:
    from tfaip.trainer.preflight.stages import Stage

__all__ = ["ConsoleStages", "show_stage"]

_NAME_WIDTH = 10
# The work of a step, where its name doesn't tell why it takes seconds.
_WORDS = {
    "export": "writing a bundle, and loading it again",
    "speed": "training for some seconds",
    "threads": "training in processes of their own, a minute at most for each number",
}


class ConsoleStages:
    """Shows each step as it begins and as it ends; a context.

    A terminal shows a spinner and the seconds during a step. Other outputs get a line at its beginning.

    Args:
        console: Where it is shown.
    """

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or open_console(highlight=False)
        columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
        self._progress = Progress(*columns, console=self._console, transient=True)

    def __enter__(self) -> Self:
        if self._console.is_terminal:
            self._progress.start()
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._progress.stop()

    def begin(self, name: str) -> None:
        """Show that a step begins."""
        text = f"{name}: {_WORDS[name]}" if name in _WORDS else name
        if self._console.is_terminal:
            self._forget()
            self._progress.add_task(text, total=None)
        else:
            self._console.print(Text(f"… {text}"))

    def end(self, stage: Stage) -> None:
        """Show what a step has found out."""
        self._forget()
        show_stage(stage, self._console)

    def _forget(self) -> None:
        for task in self._progress.task_ids:
            self._progress.remove_task(task)


def show_stage(stage: Stage, console: Console | None = None) -> None:
    """Print one step: its name, its findings, the time and the memory that it took."""
    row = Table.grid(padding=(0, 1), expand=True)
    row.add_column(width=1)
    row.add_column(width=_NAME_WIDTH)
    row.add_column(ratio=1)
    row.add_column(justify="right", no_wrap=True)
    cost = f"{stage.seconds:.1f} s" + (f", +{stage.memory / 2**20:,.0f} MiB" if stage.memory >= 2**20 else "")
    findings = clean_text("\n".join(stage.findings))
    row.add_row(Text("✓", "green"), Text(stage.name, "bold"), Text(findings), Text(cost, "dim"))
    (console or open_console(highlight=False)).print(row)
