"""The data sets that one generator stands for."""

from __future__ import annotations

import copy

from tfaip.pipeline import DataGeneratorParams
from tfaip.pipeline.generators import CSVGeneratorParams, ListFileGeneratorParams

__all__ = ["data_sets_of"]


def data_sets_of(generator: DataGeneratorParams) -> list[DataGeneratorParams]:
    """Return a generator for each list or table of one that reads several; of any other, the generator itself."""
    if isinstance(generator, ListFileGeneratorParams) and len(generator.lists) > 1:
        sets = []
        for path in generator.lists:
            one = copy.copy(generator)
            one.lists, one.list_ratios = [path], []
            sets.append(one)
        return list(sets)
    if isinstance(generator, CSVGeneratorParams) and len(generator.files) > 1:
        tables = []
        for path in generator.files:
            table = copy.copy(generator)
            table.files = [path]
            tables.append(table)
        return list(tables)
    return [generator]
