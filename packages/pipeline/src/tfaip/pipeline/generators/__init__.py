"""Generators for sources that many scenarios have. They are loaded when they are first asked for: help does without."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tfaip.pipeline.generators.budgeted_lists import BudgetedListsGenerator, BudgetedListsGeneratorParams
    from tfaip.pipeline.generators.csv_file import CSVGenerator, CSVGeneratorParams
    from tfaip.pipeline.generators.in_memory import InMemoryGenerator, InMemoryGeneratorParams
    from tfaip.pipeline.generators.list_file import ListFileGenerator
    from tfaip.pipeline.generators.list_file_params import ListFileGeneratorParams

__all__ = [
    "BudgetedListsGenerator",
    "BudgetedListsGeneratorParams",
    "CSVGenerator",
    "CSVGeneratorParams",
    "InMemoryGenerator",
    "InMemoryGeneratorParams",
    "ListFileGenerator",
    "ListFileGeneratorParams",
]

_MODULES = {
    "BudgetedListsGenerator": "budgeted_lists",
    "BudgetedListsGeneratorParams": "budgeted_lists",
    "CSVGenerator": "csv_file",
    "CSVGeneratorParams": "csv_file",
    "InMemoryGenerator": "in_memory",
    "InMemoryGeneratorParams": "in_memory",
    "ListFileGenerator": "list_file",
    "ListFileGeneratorParams": "list_file_params",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
    globals()[name] = value
    return value
