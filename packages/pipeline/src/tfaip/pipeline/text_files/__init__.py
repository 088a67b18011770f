r"""Text files of users, read one way: lists, tables, codecs, vocabularies.

In: the path of a file.
Out: its lines, rows or words.

The encoding is UTF-8, with or without a byte-order mark. A line ends at `\n` or `\r\n` and nowhere else. A file that
can't be read so is a `DataError` that names file and line.
"""

from tfaip.pipeline.text_files.lines import lines_of_stream, read_entries, read_lines, read_text, write_lines
from tfaip.pipeline.text_files.listed_paths import ListedPaths
from tfaip.pipeline.text_files.patterns import expand_globs
from tfaip.pipeline.text_files.tables import QUOTING, Row, Table, read_table

__all__ = [
    "QUOTING",
    "ListedPaths",
    "Row",
    "Table",
    "expand_globs",
    "lines_of_stream",
    "read_entries",
    "read_lines",
    "read_table",
    "read_text",
    "write_lines",
]
