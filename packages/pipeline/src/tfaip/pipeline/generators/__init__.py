"""Generators for sources that many scenarios have."""

from .budgeted_lists import BudgetedListsGenerator, BudgetedListsGeneratorParams
from .csv_file import CSVGenerator, CSVGeneratorParams
from .in_memory import InMemoryGenerator, InMemoryGeneratorParams
from .list_file import ListFileGenerator, ListFileGeneratorParams

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
