"""Tables: text files whose first row names the columns."""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.text_files.lines import read_text, second_mark

__all__ = ["QUOTING", "Row", "Table", "read_table"]

logger = logging.getLogger(__name__)

QUOTING = ["auto", "strict", "none"]

# Python's csv module has this limit, too: a longer field is nearly always a quotation mark that is missing.
MOST_CHARACTERS = 131_072

MOST_SHOWN = 300

_MARK = "\ufeff"
_QUOTING_HINT = "; quoting strict reads fields in quotation marks"
_QUOTED = re.compile(r'"((?:[^"]+|"")*+)"')
_warned: set[str] = set()


class Row(NamedTuple):
    """A row of a table.

    Attributes:
        line: Number of the line in which it begins, from 1.
        values: Its fields by the names of their columns.
    """

    line: int
    values: dict[str, str]


class Table(NamedTuple):
    """A table that was read.

    Attributes:
        columns: Their names.
        rows: In their order, made one by one; lines without any sign are left out.
    """

    columns: list[str]
    rows: Iterator[Row]


def read_table(
    path: str | os.PathLike[str], needed: Sequence[str], *, delimiter: str = "", quoting: str = "auto"
) -> Table:
    r"""Read a table.

    Args:
        path: The file.
        needed: Columns that it must have.
        delimiter: The text between two columns; empty: a tab for `*.tsv`, else a comma.
        quoting: Whether quotation marks enclose fields. `strict`: a field that begins with one ends with one, and may
            hold delimiters, line ends, and quotation marks that are doubled. `none`: they are signs as any other.
            `auto`: `none` where a tab is the delimiter, else `strict`.

    Raises:
        DataError: With file and line, at once or at a row. It is no UTF-8, a column is missing or stands twice, or a
            row has more or fewer columns. A quotation mark is not closed, a field has more than 131,072 characters, or
            several columns have no name and aren't empty.
        DefinitionError: There is no such quoting, or it can't be used with the delimiter.
    """
    if quoting not in QUOTING:
        raise DefinitionError(f"quoting must be one of {', '.join(QUOTING)}, got {quoting!r}")
    if any(sign in delimiter for sign in '"\r\n\\'):
        raise DefinitionError(
            f"delimiter must hold no quotation mark, backslash or line end, got {delimiter!r}; "
            "a tab is written $'\\t' in a shell"
        )
    delimiter = delimiter or ("\t" if Path(path).suffix.lower() == ".tsv" else ",")
    is_quoted = quoting == "strict" or (quoting == "auto" and delimiter != "\t")
    rows = _rows(read_text(path), str(path), delimiter, is_quoted)
    line, columns = next(rows, (1, []))
    if missing := [name for name in needed if name not in columns]:
        hint = f"; the delimiter is {delimiter!r}" if len(columns) == 1 else ""
        hint += _QUOTING_HINT if not is_quoted and '"' in "".join(columns) else ""
        raise DataError(f"{path} must have the columns {missing}, its first row has {_shown(columns)}{hint}")
    if old := [name for name in columns if "\r" in name]:
        raise DataError(f"{path}:{line}: a line must end at \\n or \\r\\n, got \\r alone in the column {_shown(old)}")
    # A spreadsheet writes empty columns, without a name, beside the table.
    if twice := sorted({name for name in columns if name and columns.count(name) > 1}):
        raise DataError(f"{path}:{line}: a column must stand once, but there are several named {twice}")
    return Table(columns, _named(rows, str(path), columns, is_quoted, warns=quoting == "auto" and not is_quoted))


def _named(
    rows: Iterator[tuple[int, list[str]]], path: str, columns: list[str], is_quoted: bool, *, warns: bool
) -> Iterator[Row]:
    """The rows below the first one."""
    warns = warns and path not in _warned
    unnamed = [number for number, name in enumerate(columns) if not name]
    unnamed = unnamed if len(unnamed) > 1 else []
    for line, fields in rows:
        if len(fields) != len(columns):
            hint = _QUOTING_HINT if not is_quoted and '"' in "".join(fields) else ""
            raise DataError(
                f"{path}:{line}: a row must have {len(columns)} columns, got {len(fields)}: {_shown(fields)}{hint}"
            )
        if kept := [fields[number] for number in unnamed if fields[number]]:
            raise DataError(f"{path}:{line}: a column must have a name, but one without a name holds {_shown(kept)}")
        if warns and any(len(field) > 1 and field[0] == field[-1] == '"' for field in fields):
            warns = False
            _warned.add(path)
            logger.warning(
                "%s:%d: a field begins and ends with a quotation mark, which is read as part of it. Tables with tabs "
                "have no quoting unless the parameter quoting is strict; none reads them so without this warning",
                path,
                line,
            )
        yield Row(line, dict(zip(columns, fields, strict=True)))


def _shown(fields: list[str]) -> str:
    """Fields for a message: without line ends, a whole file can be one row."""
    text = str(fields)
    return text if len(text) <= MOST_SHOWN else f"{text[:MOST_SHOWN]}..."


def _rows(text: str, path: str, delimiter: str, is_quoted: bool) -> Iterator[tuple[int, list[str]]]:
    """The rows, each with the line where it begins."""
    lines = text.split("\n")
    last = len(lines) - 1
    start = passed = 0
    for number, line in enumerate(lines):
        if passed > number:  # it belongs to a quoted field
            continue
        if line.startswith(_MARK):
            raise second_mark(path, number + 1)
        if is_quoted and '"' in line:
            fields, after = _quoted_row(text, path, number + 1, start, delimiter)
            passed = number + max(text.count("\n", start, after), 1)
        else:
            row = line if number == last else line.removesuffix("\r")
            fields, after = row.split(delimiter) if row else [], start + len(line) + 1
        if after - start > MOST_CHARACTERS:
            longest = max(map(len, fields), default=0)
            if longest > MOST_CHARACTERS:
                raise DataError(
                    f"{path}:{number + 1}: a field must have at most {MOST_CHARACTERS:,} signs, got {longest:,}"
                )
        if fields:
            yield number + 1, fields
        start = after


def _quoted_row(text: str, path: str, line: int, start: int, delimiter: str) -> tuple[list[str], int]:
    """The fields of the row that begins at `start`, and where the next one begins."""
    fields: list[str] = []
    position = start
    while True:
        if text.startswith('"', position):
            found = _QUOTED.match(text, position)
            if found is None:
                raise _misquoted(text, path, line, start, position, "it does not end")
            fields.append(found[1].replace('""', '"'))
            end = found.end()
            for closing in (delimiter, "\n", "\r\n"):
                if text.startswith(closing, end):
                    break
            else:
                if end < len(text):
                    raise _misquoted(text, path, line, start, position, f"{text[end : end + 10]!r} follows its end")
                return fields, end
            position = end + len(closing)
            if closing != delimiter:
                return fields, position
            continue
        end = text.find("\n", position)
        stop = len(text) if end < 0 else end
        cut = text.find(delimiter, position, stop)
        if cut < 0:
            field = text[position:stop]
            return [*fields, field if end < 0 else field.removesuffix("\r")], stop + 1
        fields.append(text[position:cut])
        position = cut + len(delimiter)


def _misquoted(text: str, path: str, line: int, start: int, position: int, problem: str) -> DataError:
    place = line + text.count("\n", start, position)
    return DataError(
        f"{path}:{place}: a field that begins with a quotation mark must end with one, and double those within, "
        f"got {text[position : position + 40]!r}: {problem}; quoting none reads quotation marks as any other sign"
    )
