"""The parts that all recorders share: the interface, and the run that they record."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfaip.params import Creates, params
from tfaip.params.regular_files import read_regular
from tfaip.pipeline.hooks import Hooked, hook
from tfaip.trainer.errors import RecorderError
from tfaip.trainer.folder.run_folder import RunFolder, write_atomically

__all__ = ["RecordedRun", "Recorder", "RecorderParams", "missing_extra"]

# The memory of recorders: an id, an epoch.
MAX_BYTES = 1 << 16


@params(group="tfaip.recorders")
class RecorderParams(Creates["Recorder"]):
    """Base of the recorders' parameters.

    Other distributions add recorders by the entry-point group `tfaip.recorders`.
    """


class RecordedRun:
    """A run as a recorder knows it.

    Args:
        folder: The folder of the run.
        is_resumed: Whether it goes on from a checkpoint. Without a checkpoint, a run that was killed begins anew.
    """

    def __init__(self, folder: Path, *, is_resumed: bool) -> None:
        self.folder = folder
        self.is_resumed = is_resumed
        self._path = RunFolder(folder).recorders
        self._values = _stored(self._path)

    @property
    def id(self) -> str:
        """Identity of the run, 32 hexadecimal digits. It stays the same when the run is resumed."""
        found = self._values.get("id")
        if not isinstance(found, str) or not re.fullmatch("[0-9a-f]{32}", found):
            import uuid

            found = uuid.uuid4().hex
            self.remember("id", found)
        return found

    def remember(self, name: str, value: str | float | None) -> None:
        """Store a value in the folder of the run, for a process that resumes the run."""
        if self._values.get(name) != value:
            self._values[name] = value
            write_atomically(self._path, self._values)

    def remembered(self, name: str) -> Any:
        """Return what was remembered, `None` if nothing was."""
        return self._values.get(name)


class Recorder(Hooked):
    """Writes the records of a run to one place. A subclass overrides the hooks that it needs.

    A resumed run trains steps again that were recorded before a kill. A recorder leaves out what it has recorded.

    Args:
        params: Its parameters.
    """

    def __init__(self, params: Any = None) -> None:
        self.params = params

    @hook
    def open(self, run: RecordedRun) -> None:
        """Begin the record of a run, or go on with it.

        Raises:
            UserError: It can't be begun; the training ends before its first step.
        """

    @hook
    def hyperparameters(self, values: Mapping[str, str | bool | int | float]) -> None:
        """Record the parameters of the run by their paths, as `optimizer.beta_1`."""

    @hook
    def stage(self, epoch: int, step: int, number: int, name: str) -> None:
        """Record the stage of an epoch, before its logs. The default records a number.

        Args:
            epoch: The epoch.
            step: Its last step.
            number: Number of the stage, from 1.
            name: Name of the stage.
        """
        self.diagnostics(epoch, step, {"stage": float(number)})

    @hook
    def scalars(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Record the logs of an epoch; `val_*` are those of the validation."""

    @hook
    def diagnostics(self, epoch: int, step: int, values: Mapping[str, float]) -> None:
        """Record values beside the logs, such as norms of gradients. The default records scalars."""
        self.scalars(epoch, step, values)

    @hook
    def image(self, epoch: int, split: str, name: str, image: Any) -> None:
        """Record an image.

        Args:
            epoch: Its epoch.
            split: `train`, `validation` or `lav_l0`, ...
            name: Its name.
            image: An array of shape (height, width, 1, 3 or 4), uint8 or float from 0 to 1.
        """

    @hook
    def text(self, epoch: int, name: str, text: str) -> None:
        """Record a text."""

    @hook
    def artifact(self, name: str, path: Path) -> None:
        """Record a file or a folder, such as the bundle `best`."""

    @hook
    def summaries(self, epoch: int, split: str, metrics: Any, recorded: Any) -> None:
        """Record the displays of metrics beside their logs, and the layers' records of the last batch.

        Args:
            epoch: Its epoch.
            split: `train` or `validation`.
            metrics: The `ModelMetrics`.
            recorded: The `Recorder` of `tfaip.model.tensorboard`.
        """

    @hook
    def place(self) -> str:
        """Return a sentence about the place of the record. A training shows it at its end. The default is empty."""
        return ""

    @hook
    def flush(self) -> None:
        """Write all that is still in memory; called before each checkpoint."""

    @hook
    def close(self, status: str) -> None:
        """End the record.

        Args:
            status: "finished", "stopped" by a signal (the run can be resumed), or "failed" by an error.
        """


def missing_extra(recorder: str, package: str, error: ImportError) -> RecorderError:
    """Return the error of a recorder whose package isn't installed."""
    return RecorderError(
        f"the recorder {recorder} needs the package {package} ({error}): pip install 'tfaip-trainer[{package}]'"
    )


def _stored(path: Path) -> dict[str, Any]:
    try:
        stored: Any = json.loads(read_regular(path, MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return {}
    return stored if isinstance(stored, dict) else {}
