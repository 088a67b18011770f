"""Results of a validation, as a table."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from rich.table import Table
from rich.text import Text

from tfaip.params.shown_text import one_line
from tfaip.predict.lav.result import LAVResult

__all__ = ["figure_in_words", "results_table"]


def results_table(results: Sequence[LAVResult]) -> Table:
    """Return a table with a row for each figure and a column for each data set.

    It skips results of an evaluator that are neither numbers nor short texts.
    """
    table = Table(title="Load and validate")
    table.add_column("")
    for result in results:
        table.add_column(Text(one_line(result.name)), justify="right")
    rows: dict[str, list[str]] = {}
    for number, result in enumerate(results):
        figures: dict[str, Any] = {"samples": result.samples, "dropped or skipped": result.skipped, **result.metrics}
        for name, value in result.evaluator.items():
            figures[f"eval_{name}" if name in result.metrics else name] = value
        figures |= dict.fromkeys(result.not_computed, "not computed")
        for name, value in figures.items():
            if (words := figure_in_words(value)) is not None:
                rows.setdefault(name, [""] * len(results))[number] = words
    for name, cells in rows.items():
        table.add_row(*(Text(one_line(text)) for text in (name, *cells)))
    return table


def figure_in_words(value: Any) -> str | None:
    """Return a number or a short text as it is shown; `None` for anything else."""
    if isinstance(value, str):
        return value if len(value) <= 40 and "\n" not in value else None
    number = np.asarray(value)
    if number.size != 1 or number.dtype.kind not in "biuf":
        return None
    value = number.item()
    # Four digits say all that a person compares; results files hold all digits.
    is_whole = number.dtype.kind in "iu" or 1e4 <= abs(value) < 1e9
    return f"{value:,.0f}" if is_whole else f"{value:.4g}"
