"""The public names of the package: one line each, for type checkers and for `public_names`."""

from tfaip.predict.dump.errors import DumpError as DumpError
from tfaip.predict.dump.part_writer import PartWriter as PartWriter
from tfaip.predict.dump.reader import DumpReader as DumpReader
from tfaip.predict.dump.writer import DumpWriter as DumpWriter
