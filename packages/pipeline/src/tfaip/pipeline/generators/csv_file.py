"""`CSVGenerator`: one sample for each row of one or several CSV or TSV files."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

from tfaip.params import field, params
from tfaip.pipeline.data.generator import DataGenerator, DataGeneratorParams
from tfaip.pipeline.data.pipeline_params import PipelineMode
from tfaip.pipeline.data.sample import Sample
from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.hooks import hook
from tfaip.pipeline.text_files import QUOTING, ListedPaths, expand_globs, read_table

__all__ = ["CSVGenerator", "CSVGeneratorParams"]


@params(name="CSV", former_tags=["tfaip.data.generators.csvgenerator:CSVGeneratorParams"])
class CSVGeneratorParams(DataGeneratorParams):
    """Tables of samples, whose first row names the columns."""

    files: list[str] = field(basic=True, factory=list, help="The tables; wildcards are allowed")
    delimiter: str = field(default="", help="Text between two columns (empty: a tab for *.tsv, else a comma)")
    quoting: str = field(
        default="auto",
        choices=QUOTING,
        help="Meaning of quotation marks; strict: they enclose fields that hold delimiters or line ends, and are "
        "doubled within; none: they are signs as any other; auto: none where tabs separate the columns, else strict",
    )
    path_column: str = field(
        default="path", help="The column of the input: a path, relative to the folder of the table"
    )
    target_column: str = field(default="gt", help="The column of the target; it may be missing where none is needed")
    threads: int = field(default=8, help="Threads that read the tables")

    def cls(self) -> type[DataGenerator[Any]]:
        """The generator."""
        return CSVGenerator


class CSVGenerator(DataGenerator[CSVGeneratorParams]):
    """Reads all tables at once, and the files that they name only when a sample is asked for, in the workers.

    A sample holds what `load` makes of the path as `inputs`, the target as `targets`, and the other columns as meta.
    """

    thread_safe = True

    def __init__(self, mode: PipelineMode, params: CSVGeneratorParams) -> None:
        super().__init__(mode, params)
        if params.threads < 1:
            raise DefinitionError(f"threads must be >= 1, got {params.threads}")
        with ThreadPoolExecutor(params.threads) as threads:
            self._rows = [row for rows in threads.map(self._read, expand_globs(params.files)) for row in rows]

    def __len__(self) -> int:
        """The number of rows of all tables."""
        return len(self._rows)

    def __getitem__(self, index: int) -> Sample:
        """The sample of a row."""
        file, name, target, others = self._rows[index]
        path = Path(ListedPaths(file).find_or_expect(name))
        return Sample(
            inputs=self.load(path) if self.mode.needs_inputs else None,
            targets=target,
            meta={"path": str(path), **others},
        )

    @hook
    def load(self, path: Path) -> Any:
        """Hook: the input of a sample; here the path itself, as a text."""
        return str(path)

    def _read(self, file: Path) -> list[tuple[Path, str, str | None, dict[str, str]]]:
        params = self.params
        needed = [params.path_column] + ([params.target_column] if self.mode.needs_targets else [])
        rows = []
        for line, row in read_table(file, needed, delimiter=params.delimiter, quoting=params.quoting).rows:
            if not (name := row.pop(params.path_column)):
                raise DataError(f"{file}:{line}: the column {params.path_column!r} must not be empty")
            rows.append((file, name, row.pop(params.target_column, None), row))
        return rows
