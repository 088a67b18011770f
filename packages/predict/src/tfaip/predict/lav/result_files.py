"""Results of a validation, as files."""

from __future__ import annotations

import json
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from tfaip.params import to_dict
from tfaip.params.shown_text import clean_text
from tfaip.predict.errors import PredictionError
from tfaip.predict.lav.result import LAVResult

__all__ = ["write_document", "write_json", "write_tensorboard"]


def write_json(path: str, results: Sequence[LAVResult], notes: Mapping[str, Any]) -> None:
    """Write all results to a file; see `write_document`."""
    write_document(path, {**notes, "data_sets": [_as_json(result) for result in results]})


def write_document(path: str, document: Mapping[str, Any]) -> None:
    """Write figures as JSON to a file; `-` is the standard output.

    Numbers that aren't finite are `null`, arrays are lists.

    Raises:
        PredictionError: The file can't be written.
    """
    text = json.dumps(_plain(document), indent=2, ensure_ascii=False, allow_nan=False) + "\n"
    if path == "-":
        sys.stdout.write(clean_text(text))
        return
    try:
        Path(path).write_text(text, encoding="utf-8")
    except OSError as error:
        raise PredictionError(f"the results cannot be written to {path}: {error.strerror}") from error


def write_tensorboard(folder: str, results: Sequence[LAVResult], step: int = 0) -> None:
    """Write all figures that are numbers to event files, one folder for each data set."""
    import tensorflow as tf

    for result in results:
        writer = tf.summary.create_file_writer(str(Path(folder) / f"lav_{result.name}"))
        with writer.as_default():
            for name, value in result.logs().items():
                tf.summary.scalar(name, value, step=step)
        writer.close()


def _as_json(result: LAVResult) -> dict[str, Any]:
    return {
        "name": result.name,
        "data": to_dict(result.data),
        "samples": result.samples,
        "skipped": result.skipped,
        "metrics": dict(result.metrics),
        "evaluator": dict(result.evaluator),
        "not_computed": dict(result.not_computed),
    }


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, np.ndarray | np.generic):
        return _plain(value.tolist())
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    return value if value is None or isinstance(value, bool | int | str) else str(value)
