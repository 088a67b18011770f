"""The table of results: a row for each run, with its parameters, metrics, state and folder."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tfaip.experimenter.queue.entries import Entry, State
from tfaip.experimenter.results.search_rows import SearchResults, rows_of_searches, trial_values
from tfaip.experimenter.run_folder.main_metric import lower_is_better, main_metric
from tfaip.experimenter.run_folder.progress import RunProgress, read_progress
from tfaip.experimenter.sheet.row import Row
from tfaip.experimenter.sheet.rows import Sheet
from tfaip.experimenter.workbook.cell_text import title_text

__all__ = ["OBJECTIVE", "TRIAL", "Column", "ResultsTable", "Value", "metric_columns", "results_table"]

TRIAL, OBJECTIVE = "trial", "objective"
Value = str | int | float | None
# Of all runs together; a sheet has no more than 16,384 columns, and nobody reads as many.
MOST_METRICS = 500
LEAST_NUMBER, MOST_NUMBER = 2.2250738585073e-308, 9.99999999999999e307


@dataclass(frozen=True)
class Column:
    """A column of the table.

    Args:
        title: Its header; in a table one that a program can read, and different from all others.
        values: One for each run.
        lower_is_better: How its best value is found; `None` for a column that has none.
    """

    title: str
    values: tuple[Value, ...]
    lower_is_better: bool | None = None


@dataclass(frozen=True)
class ResultsTable:
    """The results of a sheet's runs.

    Args:
        columns: Its columns, the IDs first.
        folders: Folder of each run, `None` for one that has none yet.
        chart: Title of the column that the chart shows, `None` if there is nothing to show.
        searches: The searches whose trials have rows, with the number of the first of these, from 0.
    """

    columns: tuple[Column, ...]
    folders: tuple[Path | None, ...]
    chart: str | None
    searches: tuple[tuple[SearchResults, int], ...] = ()


def results_table(
    sheet: Sheet, entries: dict[str, Entry], searches: Mapping[str, SearchResults] | None = None
) -> ResultsTable:
    """Collect the results of all runs of a sheet from their folders.

    Args:
        sheet: The sheet of runs.
        entries: The queue's entries, by ID; runs without one have not been run by it.
        searches: The searches that have begun, by the IDs of their rows.
    """
    searches = searches or {}
    rows = _rows_with_results(sheet, entries, searches)
    trials = trial_values(searches)
    of_rows = [trials.get(row.id) for row in rows]
    known = [entries.get(row.id) for row in rows]
    progress = [_progress(row, entry) for row, entry in zip(rows, known, strict=True)]
    main = _common_main_metric(progress)
    columns = [
        Column("ID", tuple(_as_whole_number(row.id) for row in rows)),
        Column(TRIAL, tuple(trial.number if trial else None for trial in of_rows)),
        Column(
            OBJECTIVE, tuple(_figure(trial.shown_value) if trial else None for trial in of_rows), _direction(searches)
        ),
        Column("state", tuple(_state(entry, found) for entry, found in zip(known, progress, strict=True))),
        *(
            Column(name, tuple(_as_number(row.values[name]) for row in rows))
            for name in sheet.parameters
            if any(row.values[name] for row in rows)
        ),
        *metric_columns(progress, main),
        Column("epoch", tuple(found.epoch or None for found in progress)),
        Column("duration (s)", tuple(_duration(entry) for entry in known)),
        Column("run folder", tuple(row.output_dir for row in rows)),
        Column("remark", tuple(_remark(entry, found) for entry, found in zip(known, progress, strict=True))),
    ]
    shown = [column for column in columns if column.title == "ID" or any(v is not None for v in column.values)]
    folders = tuple(Path(row.output_dir).absolute() if row.output_dir else None for row in rows)
    chart = title_text(f"best {main}") if main else None
    ids = [row.id for row in rows]
    placed = tuple(
        (found, ids.index(found.trials[0].id))
        for found in searches.values()
        if found.log and found.trials and found.trials[0].id in ids
    )
    return ResultsTable(tuple(_distinct(shown)), folders, chart, placed)


def _rows_with_results(sheet: Sheet, entries: dict[str, Entry], searches: Mapping[str, SearchResults]) -> list[Row]:
    """All rows that are to be run, and the rows left out (SKIP, hidden) that have been run before."""
    begun = [
        row
        for row in sheet.left_out
        if row.id in searches
        or ((entry := entries.get(row.id)) is not None and entry.attempts > 0)
        or _progress(row, entry).epoch
    ]
    return rows_of_searches(sorted([*sheet.rows, *begun], key=lambda row: row.number), searches)


def _direction(searches: Mapping[str, SearchResults]) -> bool | None:
    """Whether a smaller value of the objective is better, where all searches agree."""
    directions = {found.lower for found in searches.values() if found.lower is not None}
    return directions.pop() if len(directions) == 1 else None


def _progress(row: Row, entry: Entry | None) -> RunProgress:
    if row.output_dir is None:
        return RunProgress()
    return read_progress(entry.folder if entry else Path(row.output_dir))


def _state(entry: Entry | None, progress: RunProgress) -> str | None:
    if entry is not None:
        return entry.state.value
    # Run by other means; its folder tells how far it came, not how it ended.
    return "known by its folder" if progress.epoch else None


def _remark(entry: Entry | None, progress: RunProgress) -> str | None:
    told = [entry.reason if entry else "", progress.problem]
    return "; ".join(filter(None, told)) or None


def _duration(entry: Entry | None) -> float | None:
    return round(entry.seconds, 1) if entry is not None and entry.state is not State.QUEUED and entry.seconds else None


def _common_main_metric(progress: Sequence[RunProgress]) -> str | None:
    """The metric that most runs are judged by."""
    counted = Counter(found.metric for found in progress if found.metric)
    most = max(counted.values(), default=0)
    return main_metric([metric for metric, count in counted.items() if count == most])


def metric_columns(progress: Sequence[RunProgress], main: str | None) -> list[Column]:
    """The best epoch's metrics, the main one first, and then the last epoch's."""
    names = sorted({name for found in progress for name in (*found.best, *found.last)}, key=lambda n: (n != main, n))
    left_out = len(names[MOST_METRICS:])
    del names[MOST_METRICS:]
    losses = frozenset[str]().union(*(found.losses for found in progress))
    lower = {name: name in losses or lower_is_better(name) for name in names}
    columns = [
        # Only the main metric is at its best in the best epoch.
        Column(
            f"best {name}" if name == main else f"{name} in best epoch",
            tuple(_figure(found.best.get(name)) for found in progress),
            lower[name],
        )
        for name in names
        if name != "lr"
    ]
    if columns:
        columns.append(Column("best epoch", tuple(found.best_epoch for found in progress)))
    if left_out:
        columns.append(Column("metrics left out", (left_out,) * len(progress)))
    return columns + [
        Column(f"last {name}", tuple(_figure(found.last.get(name)) for found in progress), lower[name])
        for name in names
        if name != "lr"
    ]


def _figure(value: float | None) -> Value:
    """A metric; a text where it is outside of the numbers that spreadsheet programs have."""
    return str(value) if value and not LEAST_NUMBER <= abs(value) <= MOST_NUMBER else value


def _as_whole_number(text: str) -> Value:
    """A number where the text is written as whole numbers are ("007" isn't), so that the column sorts as expected."""
    return int(text) if re.fullmatch(r"0|-?[1-9][0-9]{0,14}", text) else text or None


def _as_number(text: str) -> Value:
    """A number where the text is written as numbers are."""
    if re.fullmatch(r"-?(0|[1-9][0-9]{0,14})(\.[0-9]+)?(e-?[0-9]{1,2})?", text):
        whole = _as_whole_number(text)
        return float(text) if isinstance(whole, str) else whole
    return text or None


def _distinct(columns: list[Column]) -> list[Column]:
    """Titles that differ in more than upper and lower case, as a table demands."""
    taken: set[str] = set()
    distinct = []
    for column in columns:
        title, number = title_text(column.title), 2
        while title.casefold() in taken:
            title, number = title_text(column.title, f" ({number})"), number + 1
        taken.add(title.casefold())
        distinct.append(Column(title, column.values, column.lower_is_better))
    return distinct
