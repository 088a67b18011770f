"""Runs of Weights & Biases."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfaip.params import field, params
from tfaip.trainer.errors import RecorderError
from tfaip.trainer.recorders.base import RecordedRun, Recorder, RecorderParams, missing_extra

__all__ = ["WandbParams", "WandbRecorder"]

EXIT_CODES = {"finished": 0, "stopped": 130, "failed": 1}
# The last epoch that was recorded: an offline run doesn't know what an earlier process has recorded.
EPOCH = "wandb_epoch"


@params(name="Wandb")
class WandbParams(RecorderParams):
    """A run of Weights & Biases: parameters, logs, images, texts, and the best model as an artifact."""

    project: str = field(default="tfaip", help="Name of the project")
    entity: str | None = field(default=None, help="User or team that owns the project; default: yours")
    run_name: str | None = field(default=None, help="Name of the run; default: the name of the run folder")
    mode: str = field(
        default="online",
        choices=["online", "offline", "disabled"],
        enforce_choices=True,
        help="offline writes to the folder wandb of the run, for `wandb sync`",
    )
    log_model: bool = field(default=True, help="Record the bundle of the best model as an artifact")

    def cls(self) -> type[WandbRecorder]:
        """Return the recorder's class."""
        return WandbRecorder


class WandbRecorder(Recorder):
    """Records a run of Weights & Biases under the id of the run. A resumed run continues as the same run.

    The steps of Weights & Biases are epochs.

    Args:
        params: Where to record.
    """

    params: WandbParams

    def open(self, run: RecordedRun) -> None:
        """Begin the run, or go on with it.

        Raises:
            RecorderError: wandb isn't installed, or the run can't be begun.
        """
        try:
            import wandb
        except ImportError as error:
            raise missing_extra("Wandb", "wandb", error) from None
        self._wandb = wandb
        self._recorded = run
        self._row: dict[str, Any] = {}
        self._epoch = int(run.remembered(EPOCH) or 0)
        try:
            self._run = wandb.init(
                project=self.params.project,
                entity=self.params.entity,
                name=self.params.run_name or run.folder.name,
                id=run.id,
                resume="allow",
                mode=self.params.mode,
                dir=str(run.folder),
                settings=wandb.Settings(console="off", silent=True),
            )
        except (wandb.errors.Error, OSError) as error:
            raise RecorderError(f"the recorder Wandb can't begin a run: {error}") from error

    def place(self) -> str:
        """Name the page of the run, or the command that sends an offline run."""
        if self._run.url:
            return f"Weights & Biases: {self._run.url}"
        return f"Weights & Biases: wandb sync {Path(self._run.dir).parent}" if self.params.mode == "offline" else ""

    def hyperparameters(self, values: Mapping[str, str | bool | int | float]) -> None:
        """Record the parameters as the run's config."""
        self._run.config.update(dict(values), allow_val_change=True)

    def scalars(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Record the logs of an epoch, unless an earlier process has."""
        self._log(epoch, {**logs, "step": step})

    def diagnostics(self, epoch: int, step: int, values: Mapping[str, float]) -> None:
        """Record figures beside the logs."""
        del step
        self._log(epoch, dict(values))

    def image(self, epoch: int, split: str, name: str, image: Any) -> None:
        """Record an image."""
        self._log(epoch, {f"{split}/{name}": self._wandb.Image(image)})

    def text(self, epoch: int, name: str, text: str) -> None:
        """Record a text in the summary of the run."""
        del epoch
        self._run.summary[name] = text

    def artifact(self, name: str, path: Path) -> None:
        """Record a file or a folder as an artifact of the run."""
        if not self.params.log_model:
            return
        artifact = self._wandb.Artifact(f"{self._run.id}-{name}", type="model")
        artifact.add_dir(str(path)) if path.is_dir() else artifact.add_file(str(path))
        self._run.log_artifact(artifact)

    def flush(self) -> None:
        """Send the row of the last epoch: a run that is resumed from this checkpoint doesn't train it again."""
        if self._row:
            epoch = self._row["epoch"]
            self._run.log(self._row, step=epoch, commit=True)
            self._recorded.remember(EPOCH, epoch)
            self._row, self._epoch = {}, epoch

    def close(self, status: str) -> None:
        """End the run; anything but "finished" is a failed run there, which can be resumed."""
        self.flush()
        self._run.finish(exit_code=EXIT_CODES[status])

    def _log(self, epoch: int, values: dict[str, Any]) -> None:
        if epoch <= self._epoch:
            return
        if self._row and self._row["epoch"] != epoch:
            self.flush()
        self._row |= {"epoch": epoch, **values}
