"""Event files for TensorBoard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model import ModelMetrics
from tfaip.model.tensorboard import Recorder, write_metric_summaries

__all__ = ["TensorBoardWriter"]

_PNG = b"\x89PNG"


class TensorBoardWriter:
    """Writes what training, validation and load-and-validate give under the same names, to be drawn in one chart.

    Args:
        folder: Where the folders `train`, `validation`, `lav_l0`, ... are made; `None` writes nothing.
    """

    def __init__(self, folder: Path | None) -> None:
        self._folder = folder
        self._writers: dict[str, Any] = {}

    def write(self, epoch: int, logs: Mapping[str, float]) -> None:
        """Write the logs of an epoch; `val_*` are the validation's, `lav_l0_*` those of the first data set of LAV."""
        if self._folder is None:
            return
        for name, value in logs.items():
            run, tag = _run_of(name)
            with self.writer(run).as_default():
                tf.summary.scalar(tag, value, step=epoch)
        self.flush()

    def write_recorded(self, run: str, epoch: int, metrics: ModelMetrics, recorder: Recorder) -> None:
        """Write what metrics show beside their logs, and what layers and model have recorded of the last batch."""
        if self._folder is None:
            return
        with self.writer(run).as_default():
            write_metric_summaries(metrics.summaries(), epoch)
            recorder.write(epoch)

    def write_image(self, run: str, name: str, value: Any, epoch: int) -> None:
        """Write an image; whatever is none is passed over.

        Args:
            run: Folder of the event file.
            name: Tag of the image.
            value: Bytes of a PNG, or an array of shape (height, width, 1, 3 or 4), uint8 or float from 0 to 1, or of
                shape (height, width), uint8.
            epoch: Where it stands.
        """
        if self._folder is None:
            return
        image = _image(value)
        if image is not None:
            with self.writer(run).as_default():
                tf.summary.image(name, image, step=epoch)

    def writer(self, run: str) -> Any:
        """Return the `tf.summary` writer of a folder, made if need be; one that writes nothing without a folder."""
        if self._folder is None:
            return tf.summary.create_noop_writer()
        if run not in self._writers:
            self._writers[run] = tf.summary.create_file_writer(str(self._folder / run))
        return self._writers[run]

    def flush(self) -> None:
        """Write all that is still in memory."""
        for writer in self._writers.values():
            writer.flush()

    def close(self) -> None:
        """Finish the files."""
        for writer in self._writers.values():
            writer.close()


def _run_of(log: str) -> tuple[str, str]:
    """Return the folder and the tag of a log."""
    if log.startswith("val_"):
        return "validation", log.removeprefix("val_")
    if lav := re.match(r"(lav_l\d+)_(.+)", log):
        return lav[1], lav[2]
    return "train", log


def _image(value: Any) -> Any:
    """Return a batch of one image, `None` if `value` is none."""
    if isinstance(value, bytes | np.bytes_):
        return tf.image.decode_png(value)[tf.newaxis] if value.startswith(_PNG) else None
    if not hasattr(value, "__array__"):
        return None
    array = np.asarray(value)
    if array.dtype == np.uint8 and array.ndim == 2:
        array = array[..., np.newaxis]
    is_image = array.ndim == 3 and array.shape[-1] in (1, 3, 4) and (array.dtype == np.uint8 or array.dtype.kind == "f")
    return array[np.newaxis] if is_image else None
