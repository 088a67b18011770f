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
from tfaip.pipeline.generators.record_files.json_lines import JSONLinesGenerator as JSONLinesGenerator
from tfaip.pipeline.generators.record_files.json_lines import JSONLinesGeneratorParams as JSONLinesGeneratorParams
from tfaip.pipeline.generators.record_files.parquet import ParquetGenerator as ParquetGenerator
from tfaip.pipeline.generators.record_files.parquet import ParquetGeneratorParams as ParquetGeneratorParams
from tfaip.pipeline.generators.record_files.tfrecord import TFRecordGenerator as TFRecordGenerator
from tfaip.pipeline.generators.record_files.tfrecord import TFRecordGeneratorParams as TFRecordGeneratorParams
from tfaip.pipeline.generators.record_files.webdataset import WebDatasetGenerator as WebDatasetGenerator
from tfaip.pipeline.generators.record_files.webdataset import WebDatasetGeneratorParams as WebDatasetGeneratorParams
from tfaip.pipeline.generators.table import TableGenerator as TableGenerator
from tfaip.pipeline.generators.table import TableGeneratorParams as TableGeneratorParams
