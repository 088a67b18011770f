"""An evaluator's figures from stored predictions."""

from __future__ import annotations

import os
from collections.abc import Mapping
from typing import Any

from rich.table import Table
from rich.text import Text

from tfaip.model import Evaluator
from tfaip.model.evaluator import counting, figures_of
from tfaip.params.shown_text import one_line
from tfaip.params.table_console import print_table
from tfaip.pipeline.hooks import call_user_code
from tfaip.predict.dump import DumpError, DumpReader
from tfaip.predict.lav.result_files import write_document
from tfaip.predict.lav.table import figure_in_words

__all__ = ["evaluate_dump", "print_figures", "write_figures"]


def evaluate_dump(evaluator: Evaluator[Any], folder: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the figures of an evaluator over the samples of a dump.

    Raises:
        DumpError: There is no dump, it is empty, or its samples have no targets.
    """
    count = 0
    with counting(evaluator) as counts:
        for count, sample in enumerate(DumpReader(folder), 1):
            if sample.targets is None:
                raise DumpError(
                    f"an evaluator needs targets, but sample {count - 1} of {folder} has none: store predictions by "
                    "tfaip-lav --dump, or by tfaip-predict --dump --predict.include_targets"
                )
            call_user_code(counts.update_state, sample)
        if not count:
            raise DumpError(f"an evaluator needs samples, but {folder} has none")
        return figures_of(counts)


def print_figures(figures: Mapping[str, Any]) -> None:
    """Print figures that are numbers or short texts as a table."""
    table = Table(title="Evaluation")
    table.add_column("")
    table.add_column("", justify="right")
    for name, value in figures.items():
        if (words := figure_in_words(value)) is not None:
            table.add_row(Text(one_line(name)), Text(one_line(words)))
    print_table(table)


def write_figures(path: str, figures: Mapping[str, Any]) -> None:
    """Write figures to a JSON file; `-` is the standard output."""
    write_document(path, {"evaluator": figures})
