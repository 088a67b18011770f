"""The formats of predictions: CSV, JSON, JSON lines and PNG."""

from __future__ import annotations

import csv
import io
import json
import math
import os
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from tfaip.pipeline import Sample
from tfaip.pipeline.loaded_later import loaded_later
from tfaip.predict.errors import PredictionError
from tfaip.predict.prediction_files.by_ending import PredictionFile, named

__all__ = ["CSVFile", "JSONFile", "JSONLinesFile", "PNGFiles"]

Image: Any = loaded_later("PIL.Image")

NUMBER = "{}"


class CSVFile(PredictionFile, endings=[".csv"]):
    """One row a sample: its position, its meta, and its outputs.

    A vector takes one column for each value (`probabilities[0]`). The first sample says the columns.
    """

    _columns: list[str]

    def before(self, sample: Sample) -> str:
        """Return the row of names."""
        self._columns = list(self._row(sample))
        return _csv_line(self._columns)

    def text(self, sample: Sample) -> str:
        """Return the row of a sample."""
        row = self._row(sample)
        if list(row) != self._columns:
            differing = sorted(set(row) ^ set(self._columns)) or list(row)
            raise PredictionError(
                f"all samples of a CSV file must have the columns of the first one, but sample {self.count} differs "
                f"in {', '.join(differing[:5])}; a .json or .jsonl file holds values of any shape"
            )
        return _csv_line(list(row.values()))

    def _row(self, sample: Sample) -> dict[str, Any]:
        row: dict[str, Any] = {"index": self.count}
        for part, prefix in ((sample.meta, "meta."), (sample.outputs, ""), (sample.targets, "targets.")):
            for name, value in named(part, "value").items():
                for column, field in self._fields(f"{prefix}{name}", value).items():
                    if column in row:
                        raise PredictionError(f"a column of a CSV file must stand once, but {column!r} stands twice")
                    row[column] = field
        return row

    def _fields(self, name: str, value: Any) -> dict[str, Any]:
        if value is None or isinstance(value, str | bool | int | float):
            return {name: value}
        array = np.asarray(value)
        if array.dtype.kind not in "biufUSO" or array.ndim > 1 or not all(_is_plain(item) for item in array.flat):
            raise PredictionError(
                f"a CSV file holds numbers, texts and vectors, but {name} of sample {self.count} is "
                f"{_shown(value)}; a .json or .jsonl file holds arrays, .png pictures"
            )
        items = array.reshape(-1).tolist()
        return {name: items[0]} if len(items) == 1 else {f"{name}[{place}]": item for place, item in enumerate(items)}


class JSONLinesFile(PredictionFile, endings=[".jsonl"]):
    """One JSON object a line and sample, with `index`, `meta`, `outputs` and `targets`; NaN and infinity are null."""

    def text(self, sample: Sample) -> str:
        """Return the line of a sample."""
        return f"{self._object(sample)}\n"

    def _object(self, sample: Sample) -> str:
        parts = {"meta": sample.meta, "outputs": sample.outputs, "targets": sample.targets}
        given = {part: self._plain(value, part) for part, value in parts.items() if value is not None}
        return json.dumps({"index": self.count, **given}, ensure_ascii=False, allow_nan=False)

    def _plain(self, value: Any, name: str) -> Any:
        if isinstance(value, np.ndarray | np.generic) and value.dtype.kind in "biufUO":
            value = value.tolist()
        if isinstance(value, float):
            return value if math.isfinite(value) else None
        if value is None or isinstance(value, str | bool | int):
            return value
        if isinstance(value, Mapping):
            return {str(key): self._plain(item, f"{name}.{key}") for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self._plain(item, name) for item in value]
        raise PredictionError(
            f"a JSON file holds numbers, texts, lists and dicts, but {name} of sample {self.count} is {_shown(value)}: "
            "convert it in a processor after the model"
        )


class JSONFile(JSONLinesFile, endings=[".json"]):
    """A list of the objects that a file of JSON lines holds."""

    def text(self, sample: Sample) -> str:
        """Return the object of a sample, after a comma where one stands before it."""
        return f"{',' if self.count else '['}\n{self._object(sample)}"

    def after(self) -> str:
        """Return the end of the list."""
        return "\n]\n" if self.count else "[]\n"


class PNGFiles(PredictionFile, endings=[".png"]):
    """One picture for each sample and output of shape (height, width), or with 1, 3 or 4 channels.

    The path holds `{}` in place of number and name: `masks/{}.png` becomes `masks/000000_mask.png`. Floats are from 0
    to 1, integers from 0 to 255.
    """

    def __init__(self, path: str | os.PathLike[str], keys: Sequence[str] = ()) -> None:
        super().__init__(path, keys)
        if self.path.name.count(NUMBER) != 1:
            raise PredictionError(
                f"the file name of pictures must hold {NUMBER} once, in place of number and output, "
                f"such as masks/{NUMBER}.png, got {os.fspath(path)!r}"
            )

    def open(self) -> None:
        """Open nothing: each picture is a file."""

    def text(self, sample: Sample) -> str:
        """Write the pictures of a sample."""
        values = named(sample.outputs, "output")
        pictures = {name: value for name, value in values.items() if _is_picture(value)}
        if not pictures:
            shown = ", ".join(f"{name}: {_shown(value)}" for name, value in values.items()) or "no outputs"
            raise PredictionError(
                "pictures need an output of shape (height, width), or with 1, 3 or 4 channels, but sample "
                f"{self.count} has {shown}; a .csv or .json file holds other outputs"
            )
        for name, value in pictures.items():
            safe = "".join(sign if sign.isalnum() or sign in "._-" else "_" for sign in name)
            path = self.path.with_name(self.path.name.replace(NUMBER, f"{self.count:06d}_{safe}"))
            if path.exists():
                raise PredictionError(f"predictions must be written to new files, but there is {path} already")
            picture = Image.fromarray(self._pixels(np.asarray(value), name))
            try:
                path.parent.mkdir(parents=True, exist_ok=True)
                picture.save(path)
            except OSError as error:
                raise PredictionError(f"predictions can't be written to {path}: {error}") from error
        return ""

    def _pixels(self, array: np.ndarray, name: str) -> np.ndarray:
        array = array[..., 0] if array.ndim == 3 and array.shape[-1] == 1 else array
        most = 1 if array.dtype.kind in "bf" else 255
        if not ((array >= 0) & (array <= most)).all():
            raise PredictionError(
                f"pixels of pictures must be from 0 to {most} in {array.dtype}, but {name} of sample {self.count} "
                f"is from {array.min():.4g} to {array.max():.4g}: scale it after the model, or choose others by "
                "--output_keys"
            )
        return (array.astype(np.float64) * (255 // most)).round().astype(np.uint8)


def _is_picture(value: Any) -> bool:
    if not isinstance(value, np.ndarray) or value.dtype.kind not in "biuf" or 0 in value.shape:
        return False
    return value.ndim == 2 or (value.ndim == 3 and value.shape[-1] in (1, 3, 4))


def _is_plain(value: Any) -> bool:
    return value is None or isinstance(value, str | bool | int | float | np.number | np.bool_)


def _shown(value: Any) -> str:
    if isinstance(value, np.ndarray):
        return f"{value.dtype.name}{list(value.shape)}"
    return type(value).__qualname__


def _csv_line(fields: list[Any]) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\n").writerow(fields)
    return line.getvalue()
