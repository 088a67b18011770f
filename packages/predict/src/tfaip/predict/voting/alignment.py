"""Aligning sequences that several models give for the same thing."""

from __future__ import annotations

from collections.abc import Sequence
from enum import Enum
from typing import TYPE_CHECKING, Any

from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import numpy as np
else:
    # The voters are choices of --help.
    np = loaded_later("numpy")

__all__ = ["GAP", "aligned"]


class _Gap(Enum):
    GAP = "nothing"


GAP = _Gap.GAP
"""Fills the places where other sequences have an element and this one has none."""


def aligned(sequences: Sequence[Sequence[Any]]) -> list[list[Any]]:
    """Return the sequences with gaps, all of one length, so that as many equal labels as possible are aligned.

    One sequence after the other is aligned with the columns of those before it, by the least number of insertions,
    deletions and labels that no row of the column has (Levenshtein's distance).
    """
    columns: list[list[Any]] = [[label] for label in sequences[0]]
    for count, sequence in enumerate(sequences[1:], 1):
        columns = _merged(columns, sequence, count)
    return [[column[number] for column in columns] for number in range(len(sequences))]


def _merged(columns: list[list[Any]], sequence: Sequence[Any], count: int) -> list[list[Any]]:
    costs = np.zeros((len(columns) + 1, len(sequence) + 1), np.int64)
    costs[0] = np.arange(len(sequence) + 1)
    # To leave out a column costs nothing where a former row has left it out too.
    skips = [0 if GAP in column else 1 for column in columns]
    costs[1:, 0] = np.cumsum(skips)
    for i, column in enumerate(columns, 1):
        for j, label in enumerate(sequence, 1):
            costs[i, j] = min(
                costs[i - 1, j - 1] + (label not in column), costs[i - 1, j] + skips[i - 1], costs[i, j - 1] + 1
            )
    merged: list[list[Any]] = []
    i, j = len(columns), len(sequence)
    while i or j:
        if i and j and costs[i, j] == costs[i - 1, j - 1] + (sequence[j - 1] not in columns[i - 1]):
            i, j = i - 1, j - 1
            merged.append([*columns[i], sequence[j]])
        elif i and costs[i, j] == costs[i - 1, j] + skips[i - 1]:
            i -= 1
            merged.append([*columns[i], GAP])
        else:
            j -= 1
            merged.append([*[GAP] * count, sequence[j]])
    return merged[::-1]
