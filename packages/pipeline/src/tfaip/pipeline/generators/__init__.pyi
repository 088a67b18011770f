"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.pipeline.generators.arrays import ArrayGenerator as ArrayGenerator
from tfaip.pipeline.generators.budgeted_lists import BudgetedListsGenerator as BudgetedListsGenerator
from tfaip.pipeline.generators.budgeted_lists import BudgetedListsGeneratorParams as BudgetedListsGeneratorParams
from tfaip.pipeline.generators.csv_file import CSVGenerator as CSVGenerator
from tfaip.pipeline.generators.csv_file import CSVGeneratorParams as CSVGeneratorParams
from tfaip.pipeline.generators.in_memory import InMemoryGenerator as InMemoryGenerator
from tfaip.pipeline.generators.in_memory import InMemoryGeneratorParams as InMemoryGeneratorParams
from tfaip.pipeline.generators.list_file import ListFileGenerator as ListFileGenerator
from tfaip.pipeline.generators.list_file_params import ListFileGeneratorParams as ListFileGeneratorParams
from tfaip.pipeline.generators.table import TableGenerator as TableGenerator
from tfaip.pipeline.generators.table import TableGeneratorParams as TableGeneratorParams
