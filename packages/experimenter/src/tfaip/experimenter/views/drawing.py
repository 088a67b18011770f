"""A queue drawn for a terminal: slots with their runs, waiting runs, failed runs."""

from __future__ import annotations

from collections.abc import Sequence

from rich.console import Group, RenderableType
from rich.table import Table
from rich.text import Text

from tfaip.experimenter.queue.entries import WAITING, State
from tfaip.experimenter.views.numbers import duration, metric_text
from tfaip.experimenter.views.snapshot import RunView, Snapshot
from tfaip.params.shown_text import clean_text, one_line

__all__ = ["drawn_snapshot"]

# More would push the slots out of the window.
MOST_FAILURES = 4
MOST_WAITING = 12


def drawn_snapshot(snapshot: Snapshot, *, all_failures: bool = False) -> RenderableType:
    """Return the drawing.

    Args:
        snapshot: How the queue stands.
        all_failures: Whether all failures are shown instead of the newest.
    """
    parts: list[RenderableType] = [_slots(snapshot), _counts(snapshot)]
    waiting = snapshot.having(*WAITING)
    if waiting:
        names = ", ".join(run.entry.id for run in waiting[:MOST_WAITING])
        more = f" and {len(waiting) - MOST_WAITING} more" if len(waiting) > MOST_WAITING else ""
        parts.append(Text(one_line(f"next: {names}{more}"), style="dim"))
    failures = sorted(snapshot.having(State.FAILED), key=lambda run: run.entry.ended or 0)
    for run in failures if all_failures else failures[-MOST_FAILURES:]:
        parts += _failure(run)
    if snapshot.paused:
        parts.append(Text(clean_text(snapshot.paused), style="yellow"))
    return Group(*parts)


def _slots(snapshot: Snapshot) -> Table:
    table = Table(box=None, padding=(0, 2, 0, 0), header_style="bold")
    for title in ("slot", "run", "epoch", "best", "ETA", "time"):
        table.add_column(title, no_wrap=title != "best")
    running = snapshot.having(State.RUNNING)
    used = {run.entry.slot for run in running}
    for slot in sorted({*snapshot.slots, *used}):
        runs: Sequence[RunView | None] = [run for run in running if run.entry.slot == slot] or [None]
        for run in runs:
            table.add_row(*(Text(one_line(text)) for text in (slot, *_cells(run))))
    return table


def _cells(run: RunView | None) -> list[str]:
    if run is None:
        return ["free", "", "", "", ""]
    progress = run.progress
    epochs = "" if not (progress.epoch or progress.epochs) else f"{progress.epoch}/{progress.epochs or '?'}"
    best = metric_text(progress).removeprefix("best ")
    eta = "" if progress.eta is None else duration(progress.eta)
    return [run.entry.id, epochs, best, eta, duration(run.seconds)]


def _counts(snapshot: Snapshot) -> Text:
    colours = {"finished": "green", "failed": "red", "running": "cyan", "interrupted": "yellow", "preempted": "yellow"}
    text = Text()
    for state, number in snapshot.counts.items():
        if number or state in ("queued", "finished"):
            text.append(f"{number} {state}  ", style=colours.get(state, "") if number else "dim")
    return text


def _failure(run: RunView) -> list[RenderableType]:
    head = Text(one_line(f"{run.entry.id} {run.entry.reason}; see {run.entry.console}"), style="red")
    return [head, *(Text(f"    {one_line(line)}", style="dim", no_wrap=True, overflow="ellipsis") for line in run.tail)]
