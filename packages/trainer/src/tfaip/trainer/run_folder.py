"""The folder of a run."""

from __future__ import annotations

import json
import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

from tfaip.trainer.errors import RunFolderError

__all__ = ["RunFolder", "write_atomically"]


class RunFolder:
    """The paths of a run's files.

    trainer_params.json   train.log   metrics.jsonl   status.json   events/   checkpoint/   best/   export/
    """

    def __init__(self, path: str | os.PathLike[str]) -> None:
        self.path = Path(path)

    @classmethod
    def create(cls, path: str | os.PathLike[str], *, overwrite: bool = False) -> RunFolder:
        """Return the folder at `path` for a new run, made if need be.

        Raises:
            RunFolderError: It can't be written, or holds a run and `overwrite` is off.
        """
        folder = cls(path)
        if overwrite and folder.trainer_params.exists():
            folder._remove_run()
        folder.require_no_run()
        folder._require_writable()
        return folder

    @classmethod
    def existing(cls, path: str | os.PathLike[str]) -> RunFolder:
        """Return the folder at `path`, which holds a run; its file of parameters stands for the folder.

        Raises:
            RunFolderError: It holds none.
        """
        folder = cls(path)
        if folder.path.is_file() and folder.path.name == folder.trainer_params.name:
            folder = cls(folder.path.parent)
        if not folder.trainer_params.is_file():
            what = "it has no trainer_params.json" if folder.path.is_dir() else "there is no such folder"
            raise RunFolderError(f"{folder.path} is not the folder of a run: {what}")
        folder._require_writable()
        return folder

    def require_no_run(self) -> None:
        """Refuse a folder that holds a run.

        Raises:
            RunFolderError: It does.
        """
        if self.trainer_params.exists():
            raise RunFolderError(
                f"{self.path} holds a run already: go on with it by `tfaip-resume-training {self.path}`, "
                "choose another --trainer.output_dir, or replace it with --trainer.overwrite"
            )

    @property
    def trainer_params(self) -> Path:
        """Parameters of the training."""
        return self.path / "trainer_params.json"

    @property
    def log(self) -> Path:
        """Log, with a line of results an epoch."""
        return self.path / "train.log"

    @property
    def metrics(self) -> Path:
        """One JSON object an epoch."""
        return self.path / "metrics.jsonl"

    @property
    def status(self) -> Path:
        """State of the run, rewritten as it goes."""
        return self.path / "status.json"

    @property
    def events(self) -> Path:
        """Event files of TensorBoard."""
        return self.path / "events"

    @property
    def checkpoint(self) -> Path:
        """What a resumed run starts from."""
        return self.path / "checkpoint"

    @property
    def best(self) -> Path:
        """Bundle of the best model so far."""
        return self.path / "best"

    @property
    def export(self) -> Path:
        """Bundle of the last model."""
        return self.path / "export"

    @property
    def growing_files(self) -> list[Path]:
        """Files that are only ever appended to."""
        return [self.log, self.metrics, *sorted(self.events.glob("**/events.out.*"))]

    def _require_writable(self) -> None:
        """Find out by writing: permission bits don't tell of read-only file systems, nor a full disk."""
        try:
            self.path.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.path):
                pass
        except OSError as error:
            raise RunFolderError(
                f"the output folder {self.path} cannot be written: {error.strerror or error}; "
                "choose another --trainer.output_dir"
            ) from error

    def _remove_run(self) -> None:
        """Remove the files of a run and nothing else that the user may keep beside them."""
        for file in (self.trainer_params, self.log, self.metrics, self.status):
            file.unlink(missing_ok=True)
        for folder in (self.events, self.checkpoint, self.best, self.export):
            shutil.rmtree(folder, ignore_errors=True)


def write_atomically(path: Path, value: Any) -> None:
    """Write `value` as JSON, so that a reader finds the former file or the new one and never a part."""
    beside = path.with_name(f".{path.name}.writing")
    beside.write_text(json.dumps(value, indent=2) + "\n", encoding="utf-8")
    beside.replace(path)
