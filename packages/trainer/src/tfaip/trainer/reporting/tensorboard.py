"""Event files for TensorBoard."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import tensorflow as tf

__all__ = ["TensorBoardWriter"]


class TensorBoardWriter:
    """Writes scalars of training and validation under the same names, so that TensorBoard draws them in one chart.

    Args:
        folder: Where the folders `train` and `validation` are made; `None` writes nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._writers: dict[str, Any] = {}

    def write(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the logs of an epoch; those that start with `val_` are the validation's."""
        if self._folder is None:
            return
        for name, value in logs.items():
            run, tag = ("validation", name.removeprefix("val_")) if name.startswith("val_") else ("train", name)
            with self._writer(run).as_default():
                tf.summary.scalar(tag, value, step=epoch)
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()

    def _writer(self, run: str) -> Any:
        assert self._folder is not None
        if run not in self._writers:
            self._writers[run] = tf.summary.create_file_writer(str(self._folder / run))
        return self._writers[run]
