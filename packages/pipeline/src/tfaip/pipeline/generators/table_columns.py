"""The columns of a table that make inputs or targets of a sample, and the arrays of their values.

Internal API of the package.
"""

from __future__ import annotations

import csv
import io
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from tfaip.pipeline.errors import DataError, DefinitionError

__all__ = ["Column", "Key", "categories_of", "keys_of", "with_other_columns"]


@dataclass(frozen=True)
class Column:
    """A column of numbers, of categories, or of paths.

    Args:
        name: Its name in the first row.
        kind: `number`, `integer`, `category` or `path`.
        categories: The values of a category; the position is the index.
    """

    name: str
    kind: str
    categories: tuple[str, ...] = ()

    def value(self, text: str, place: str) -> float | int | str:
        """Return the value of a field.

        Raises:
            DataError: The text is no value of this kind; the error begins with `place`.
        """
        if self.kind == "path":
            return text
        if self.kind == "category":
            if text in self.categories:
                return self.categories.index(text)
            allowed = ", ".join(map(repr, self.categories))
            raise DataError(f"{place}: the column {self.name!r} must hold one of {allowed}, got {text!r}")
        try:
            if "_" in text:  # Python reads 1_000 as a number, a table doesn't
                raise ValueError
            number = int(text) if self.kind == "integer" else float(text)
        except ValueError:
            hint = "; name the values of a text column in categories" if self.kind == "number" else ""
            raise DataError(
                f"{place}: the column {self.name!r} must hold a number"
                f"{' without fraction' if self.kind == 'integer' else ''}, got {text!r}{hint}"
            ) from None
        if not math.isfinite(number):
            raise DataError(
                f"{place}: the column {self.name!r} must hold a finite number, got {text!r}; "
                "add the text to missing_values where it means no value"
            )
        if self.kind == "integer" and not -(2**63) <= number < 2**63:
            raise DataError(f"{place}: the column {self.name!r} must hold an integer of 64 bits, got {text!r}")
        return number


@dataclass(frozen=True)
class Key:
    """An entry of the inputs or targets, and the columns that it is made of."""

    name: str
    columns: tuple[Column, ...]

    @property
    def is_path(self) -> bool:
        """Whether it holds the path of a file."""
        return self.columns[0].kind == "path"

    def array(self, values: Sequence[Any]) -> np.ndarray:
        """Return the array of one value for each column.

        Its shape is (columns,), and its dtype int64 for integers and for one category alone, else float64. Beside other
        columns, a category takes one place for each of its values (one-hot).
        """
        if len(self.columns) > 1 and any(column.kind == "category" for column in self.columns):
            places: list[float] = []
            for column, value in zip(self.columns, values, strict=True):
                hot = [float(index == value) for index in range(len(column.categories))]
                places += hot if column.kind == "category" else [value]
            return np.array(places, np.float64)
        are_integers = all(column.kind in ("integer", "category") for column in self.columns)
        return np.array(values, np.int64 if are_integers else np.float64)


def keys_of(
    entries: Sequence[str],
    what: str,
    categories: dict[str, tuple[str, ...]],
    integers: Sequence[str],
    paths: Sequence[str],
) -> list[Key]:
    """Return the keys that entries such as `price` or `x=rooms,age` declare.

    Raises:
        DefinitionError: An entry has no column, a key or column stands twice, or a path stands beside other columns.
    """
    keys = []
    for entry in entries:
        name, columns = _split(entry) if "=" in entry else (entry, [entry])
        if not name or not columns or not all(columns):
            raise DefinitionError(f"{what} must be COLUMN or KEY=COLUMN,COLUMN, got {entry!r}")
        if len(set(columns)) < len(columns):
            raise DefinitionError(f"{what} must name each column of a key once, got {entry!r}")
        kinds = {
            column: "category"
            if column in categories
            else "integer"
            if column in integers
            else "path"
            if column in paths
            else "number"
            for column in columns
        }
        if len(columns) > 1 and "path" in kinds.values():
            raise DefinitionError(f"{what} must give a column of paths a key of its own, got {entry!r}")
        keys.append(
            Key(name, tuple(Column(column, kind, categories.get(column, ())) for column, kind in kinds.items()))
        )
    names = [key.name for key in keys]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise DefinitionError(f"{what} must name each key once, got {twice} more than once")
    return keys


def with_other_columns(
    sides: Mapping[str, Sequence[str]], ignore: Sequence[str], columns: Callable[[], Sequence[str]]
) -> dict[str, list[str]]:
    """Return the entries of inputs and targets, with the columns that `*` stands for in alphabetical order.

    Args:
        sides: The entries by `inputs` and `targets`.
        ignore: Columns that `*` leaves out.
        columns: Reads the names of all columns; called where there is a `*`.

    Raises:
        DefinitionError: Several entries hold `*`, one holds it beside other columns, it stands for no column, or
            `ignore` names none of the table.
    """
    stars = [(what, entry) for what, entries in sides.items() for entry in entries if "*" in _columns(entry)]
    if not stars:
        if ignore:
            raise DefinitionError(f"ignore names columns that * leaves out, but no input is *, got {list(ignore)}")
        return {what: list(entries) for what, entries in sides.items()}
    if len(stars) > 1 or len(_columns(stars[0][1])) > 1:
        raise DefinitionError(
            f"* stands for all other columns: one entry may be *, or KEY=*, got {[entry for _, entry in stars]}"
        )
    known = [name for name in columns() if name]
    if unknown := [name for name in ignore if name not in known]:
        raise DefinitionError(f"ignore must name columns of the table, got {unknown}; there are {known}")
    named = {name for entries in sides.values() for entry in entries for name in _columns(entry)}
    # In alphabetical order: a table with its columns in another order must give the same vector.
    if not (others := sorted(name for name in known if name not in named and name not in ignore)):
        raise DefinitionError(f"* must stand for at least one column, but inputs, targets and ignore name all: {known}")
    expanded = {what: list(entries) for what, entries in sides.items()}
    what, entry = stars[0]
    place = expanded[what].index(entry)
    expanded[what][place : place + 1] = [f"{_split(entry)[0]}={_written(others)}"] if "=" in entry else others
    return expanded


def _columns(entry: str) -> list[str]:
    return _split(entry)[1] if "=" in entry else [entry]


def _written(columns: Sequence[str]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="").writerow(columns)
    return line.getvalue()


def categories_of(entries: Sequence[str]) -> dict[str, tuple[str, ...]]:
    """Return the values of each column that entries such as `size=small,large` declare.

    Raises:
        DefinitionError: An entry has no values, or a column or value stands twice.
    """
    found: dict[str, tuple[str, ...]] = {}
    for entry in entries:
        column, values = _split(entry) if "=" in entry else (entry, [])
        if not column or not values or column in found or len(set(values)) < len(values):
            raise DefinitionError(
                f"categories must be COLUMN=VALUE,VALUE, with each column and value once, got {entry!r}"
            )
        found[column] = tuple(values)
    return found


def _split(entry: str) -> tuple[str, list[str]]:
    """Name and values of `name=value,value`; quotation marks enclose a value that holds a comma."""
    name, _, values = entry.partition("=")
    return name, next(csv.reader([values]), [])
