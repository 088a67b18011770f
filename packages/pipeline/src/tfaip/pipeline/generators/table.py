"""`TableGenerator`: the rows of tables are the samples."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.generators.table_columns import Key, categories_of, keys_of, with_other_columns
from tfaip.pipeline.hooks import hook
from tfaip.pipeline.text_files import QUOTING, ListedPaths, Row, expand_globs, read_table

__all__ = ["TableGenerator", "TableGeneratorParams"]

MISSING = ["error", "nan", "drop"]


@params(name="Table")
class TableGeneratorParams(DataGeneratorParams):
    """Tables whose rows are the samples; the first row names the columns."""

    files: list[str] = field(basic=True, factory=list, help="CSV or TSV files; wildcards are allowed")
    inputs: list[str] = field(
        basic=True,
        factory=list,
        help="Inputs of a sample: COLUMN, or KEY=COLUMN,COLUMN for a vector of columns; *: all other columns",
    )
    targets: list[str] = field(basic=True, factory=list, help="Targets of a sample, in the same form")
    categories: list[str] = field(
        factory=list, help="Columns of categories: COLUMN=VALUE,VALUE; the order gives the indices"
    )
    integers: list[str] = field(factory=list, help="Columns of integers (int64); other numbers are float64")
    paths: list[str] = field(factory=list, help="Columns of paths, relative to the folder of the table")
    ignore: list[str] = field(factory=list, help="Columns that * leaves out, such as numbers of the rows")
    missing: str = field(default="error", choices=MISSING, help="Treatment of missing numbers; drop: leave the row out")
    missing_values: list[str] = field(
        factory=lambda: ["", "NA", "N/A", "NaN", "nan", "null"], help="Texts of a field without value"
    )
    delimiter: str = field(default="", help="Text between two columns (empty: a tab for *.tsv, else a comma)")
    quoting: str = field(default="auto", choices=QUOTING, help="Meaning of quotation marks, as in CSV")

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return TableGenerator


class TableGenerator(DataGenerator[TableGeneratorParams]):
    """Reads the tables once in each process. A column of paths becomes a file only when a sample is asked for.

    Inputs and targets are dicts of arrays of shape (columns,); the meta holds `table`, `line` and the other columns.

    Raises:
        DefinitionError: The parameters contradict each other.
        DataError: A table can't be read, a column or value is missing, or a field is no value of its column.
    """

    thread_safe = True

    def __init__(self, mode: PipelineMode, params: TableGeneratorParams) -> None:
        super().__init__(mode, params)
        categories = categories_of(params.categories)
        files = expand_globs(params.files)
        sides = {"inputs": params.inputs, "targets": params.targets}
        if files:
            sides = with_other_columns(sides, params.ignore, lambda: self._columns_of(files[0]))
        self._inputs, self._targets = (
            keys_of(entries, what, categories, params.integers, params.paths) for what, entries in sides.items()
        )
        if not self._inputs:
            raise DefinitionError(
                "inputs must name at least one column of the table, got none; a prediction names the same columns "
                "as its training"
            )
        columns = {column.name for key in self._inputs + self._targets for column in key.columns}
        for what, named in (("categories", categories), ("integers", params.integers), ("paths", params.paths)):
            if unused := [name for name in named if name not in columns]:
                raise DefinitionError(f"{what} must name columns of inputs or targets, got {unused}")
        kinds = [name for named in (categories, set(params.integers), set(params.paths)) for name in named]
        if twice := sorted({name for name in kinds if kinds.count(name) > 1}):
            raise DefinitionError(f"a column must be one of categories, integers and paths, but {twice} are several")
        self._named = columns
        self._rows = [made for file in files for made in self._read(file)]

    def __len__(self) -> int:
        """The number of rows of all tables, without dropped ones."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Sample:
        """The sample of a row."""
        inputs, targets, meta = self._rows[index]
        return Sample(
            inputs=self._made(self._inputs, inputs, meta["table"]) if self.mode.needs_inputs else None,
            targets=self._made(self._targets, targets, meta["table"]) if self.mode.needs_targets else None,
            meta=dict(meta),
        )

    @hook
    def load(self, path: Path) -> Any:
        """Hook: the value of a path; here the path itself, as a text."""
        return str(path)

    def _made(self, keys: list[Key], values: list[list[Any]], table: str) -> dict[str, Any]:
        return {
            key.name: self.load(Path(ListedPaths(table).find_or_expect(given[0]))) if key.is_path else key.array(given)
            for key, given in zip(keys, values, strict=True)
        }

    def _columns_of(self, file: Path) -> list[str]:
        return read_table(file, [], delimiter=self.params.delimiter, quoting=self.params.quoting).columns

    def _read(self, file: Path) -> list[tuple[list[list[Any]], list[list[Any]], dict[str, Any]]]:
        params, mode = self.params, self.mode
        sides = (self._inputs if mode.needs_inputs else [], self._targets if mode.needs_targets else [])
        needed = list(dict.fromkeys(column.name for keys in sides for key in keys for column in key.columns))
        made = []
        for row in read_table(file, needed, delimiter=params.delimiter, quoting=params.quoting).rows:
            inputs, targets = ([self._values(key, row, f"{file}:{row.line}") for key in keys] for keys in sides)
            if any(values is None for values in inputs + targets):
                continue
            others = {name: text for name, text in row.values.items() if name not in self._named}
            made.append((inputs, targets, {**others, "table": str(file), "line": row.line}))
        return made  # type: ignore[return-value]  # rows with None are left out

    def _values(self, key: Key, row: Row, place: str) -> list[Any] | None:
        """The values of a key, or `None` where the row is dropped."""
        values: list[Any] = []
        for column in key.columns:
            text = row.values[column.name].strip() if column.kind != "path" else row.values[column.name]
            if text in self.params.missing_values and text not in column.categories:
                if self.params.missing == "drop":
                    return None
                if self.params.missing == "error" or column.kind != "number":
                    hint = "set missing to drop" + (" or nan" if column.kind == "number" else "")
                    raise DataError(f"{place}: the column {column.name!r} has no value, got {text!r}; {hint}")
                values.append(float("nan"))
            else:
                values.append(column.value(text, place))
        return values
