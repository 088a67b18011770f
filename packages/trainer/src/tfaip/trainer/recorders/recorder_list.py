"""The recorders of a run, told all at once."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.params import to_dict
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.params import TrainerParams
from tfaip.trainer.recorders.base import RecordedRun, Recorder
from tfaip.trainer.recorders.metrics_file import MetricsFile
from tfaip.trainer.reporting.flat_params import flat_params

__all__ = ["Recorders", "image_array"]

logger = logging.getLogger(__name__)

_PNG = b"\x89PNG"


class Recorders:
    """Tells every recorder; without recorders, nothing.

    Args:
        recorders: The recorders.
    """

    def __init__(self, recorders: Sequence[Recorder] = ()) -> None:
        self._recorders = list(recorders)
        self._opened: list[Recorder] = []

    @classmethod
    def of(cls, params: TrainerParams, folder: RunFolder | None) -> Recorders:
        """Return those that the parameters name, and metrics.jsonl; none where nothing is written."""
        if folder is None:
            return cls()
        return cls([MetricsFile(), *(recorder.create() for recorder in params.recorders)])

    def open(self, folder: RunFolder, params: TrainerParams, *, is_resumed: bool) -> None:
        """Begin the records, or go on with them, and tell the parameters at the beginning of the run.

        Raises:
            UserError: A record can't be begun.
        """
        if not self._recorders:
            return
        run = RecordedRun(folder.path, is_resumed=is_resumed)
        for recorder in self._recorders:
            recorder.open(run)
            self._opened.append(recorder)
        if not is_resumed:
            lines = json.dumps(to_dict(params), indent=2).splitlines()
            values = flat_params(params)
            for recorder in self._opened:
                recorder.hyperparameters(values)
                # Four spaces make it code in Markdown.
                recorder.text(0, "parameters", "\n".join(f"    {line}" for line in lines))

    def stage(self, epoch: int, step: int, number: int, name: str) -> None:
        """Record the stage of an epoch."""
        for recorder in self._opened:
            recorder.stage(epoch, step, number, name)

    def scalars(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Record the logs of an epoch."""
        for recorder in self._opened:
            recorder.scalars(epoch, step, logs)

    def diagnostics(self, epoch: int, step: int, values: Mapping[str, float]) -> None:
        """Record figures beside the logs."""
        for recorder in self._opened:
            recorder.diagnostics(epoch, step, values)

    def images(self, epoch: int, split: str, values: Mapping[str, Any]) -> None:
        """Record the values that are images, see `image_array`; others are passed over."""
        for name, value in values.items():
            image = image_array(value) if self._opened else None
            if image is not None:
                for recorder in self._opened:
                    recorder.image(epoch, split, name, image)

    def text(self, epoch: int, name: str, text: str) -> None:
        """Record a text."""
        for recorder in self._opened:
            recorder.text(epoch, name, text)

    def artifact(self, name: str, path: Path) -> None:
        """Record a file or a folder."""
        for recorder in self._opened:
            recorder.artifact(name, path)

    def summaries(self, epoch: int, split: str, metrics: Any, recorded: Any) -> None:
        """Record what metrics and layers show beside the logs."""
        for recorder in self._opened:
            recorder.summaries(epoch, split, metrics, recorded)

    def places(self) -> list[str]:
        """Return a sentence for each record that people can look at."""
        return [place for recorder in self._opened if (place := recorder.place())]

    def flush(self) -> None:
        """Write all that is still in memory."""
        for recorder in self._opened:
            recorder.flush()

    def close(self, status: str) -> None:
        """End all records, also where one of them fails.

        Raises:
            Exception: The first error, unless the run has failed already.
        """
        errors: list[Exception] = []
        for recorder in self._opened:
            try:
                recorder.close(status)
            except Exception as error:
                errors.append(error)
        self._opened.clear()
        for later in errors if status == "failed" else errors[1:]:
            logger.warning("A recorder failed at the end of the run: %s", later)
        if errors and status != "failed":
            raise errors[0]


def image_array(value: Any) -> Any:
    """Return an image as an array of shape (height, width, 1, 3 or 4), `None` if `value` is none.

    Args:
        value: Bytes of a PNG, or an array. Its shape is (height, width, 1, 3 or 4), uint8 or float from 0 to 1, or
            (height, width), uint8.
    """
    if isinstance(value, bytes | np.bytes_):
        return tf.image.decode_png(value).numpy() if value.startswith(_PNG) else None
    if not hasattr(value, "__array__"):
        return None
    array = np.asarray(value)
    if array.dtype == np.uint8 and array.ndim == 2:
        array = array[..., np.newaxis]
    is_image = array.ndim == 3 and array.shape[-1] in (1, 3, 4) and (array.dtype == np.uint8 or array.dtype.kind == "f")
    return array if is_image else None
