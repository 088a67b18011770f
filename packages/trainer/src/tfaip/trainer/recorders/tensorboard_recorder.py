"""Event files for TensorBoard."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import tensorflow as tf
from tensorboard.plugins.hparams import api, api_pb2, summary

from tfaip.model.tensorboard import write_metric_summaries
from tfaip.trainer.recorders.base import RecordedRun, Recorder

__all__ = ["TensorBoardRecorder"]

# Names of the ends of a run in TensorBoard's table of hyperparameters. A stopped run may continue later.
ENDS = {"finished": api_pb2.STATUS_SUCCESS, "failed": api_pb2.STATUS_FAILURE}


class TensorBoardRecorder(Recorder):
    """Writes what training, validation and load-and-validate give under the same names, to be drawn in one chart.

    Event files are growing files of the run folder: a resumed run cuts them back to its checkpoint. The folders are
    `train`, `validation`, `lav_l0`, ...; parameters stand in the folder above. So the figures in these folders are the
    metrics of the table of hyperparameters, where runs are compared.
    """

    def __init__(self, params: Any = None) -> None:
        super().__init__(params)
        self._writers: dict[str, Any] = {}

    def open(self, run: RecordedRun) -> None:
        """Know the folder; files are made once there is something to write."""
        self._name = run.folder.name
        self._folder: Path = run.folder / "events"

    def place(self) -> str:
        """Name the command that draws the curves."""
        return f"Curves: tensorboard --logdir {self._folder.parent}"

    def hyperparameters(self, values: Mapping[str, str | bool | int | float]) -> None:
        """Write the parameters for the table of hyperparameters."""
        with self._writer(".").as_default():
            api.hparams(dict(values), trial_id=self._name)

    def scalars(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Write the logs of an epoch. `val_*` belong to the validation, `lav_l0_*` to the first data set of LAV."""
        del step
        for name, value in logs.items():
            split, tag = _split_of(name)
            with self._writer(split).as_default():
                tf.summary.scalar(tag, value, step=epoch)
        self.flush()

    def image(self, epoch: int, split: str, name: str, image: Any) -> None:
        """Write an image."""
        with self._writer(split).as_default():
            tf.summary.image(name, np.asarray(image)[np.newaxis], step=epoch)

    def text(self, epoch: int, name: str, text: str) -> None:
        """Write a text, which TensorBoard shows as Markdown."""
        with self._writer(".").as_default():
            tf.summary.text(name, text, step=epoch)
        self.flush()

    def summaries(self, epoch: int, split: str, metrics: Any, recorded: Any) -> None:
        """Write the displays of metrics beside their logs, and the records of layers and model of the last batch."""
        with self._writer(split).as_default():
            write_metric_summaries(metrics.summaries(), epoch)
            recorded.write(epoch)

    def flush(self) -> None:
        """Write all that is still in memory."""
        for writer in self._writers.values():
            writer.flush()

    def close(self, status: str) -> None:
        """Say how the run has ended, and finish the files."""
        if status in ENDS:
            with self._writer(".").as_default():
                end = summary.session_end_pb(ENDS[status])
                tf.summary.experimental.write_raw_pb(end.SerializeToString(), step=0)
        for writer in self._writers.values():
            writer.close()

    def _writer(self, split: str) -> Any:
        if split not in self._writers:
            self._writers[split] = tf.summary.create_file_writer(str(self._folder / split))
        return self._writers[split]


def _split_of(log: str) -> tuple[str, str]:
    """Return the folder and the tag of a log."""
    if log.startswith("val_"):
        return "validation", log.removeprefix("val_")
    if lav := re.match(r"(lav_l\d+)_(.+)", log):
        return lav[1], lav[2]
    return "train", log
