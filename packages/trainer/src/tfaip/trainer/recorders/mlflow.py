"""Runs of MLflow."""

from __future__ import annotations

import logging
import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tfaip.params import field, params
from tfaip.params.shown_text import one_line
from tfaip.trainer.errors import RecorderError
from tfaip.trainer.recorders.base import RecordedRun, Recorder, RecorderParams, missing_extra

__all__ = ["MLflowParams", "MLflowRecorder"]

logger = logging.getLogger(__name__)

# Tag by which a run is found again when it is resumed.
RUN_ID = "tfaip.run_id"
ENDS = {"finished": "FINISHED", "stopped": "KILLED", "failed": "FAILED"}
# Limits of a server: values in one request, and characters of one value.
MOST_PARAMS, MOST_METRICS, LONGEST_VALUE, LONGEST_KEY = 100, 1000, 500, 250
# The error code of a value that is wrong, however often it is sent.
REFUSED = "INVALID_PARAMETER_VALUE"
# The kind of experiments by which the UI shows runs rather than traces of prompts.
KIND = {"mlflow.experimentKind": "custom_model_development"}


@params(name="MLflow")
class MLflowParams(RecorderParams):
    """A run of MLflow: parameters, logs, images, texts, and the best model as an artifact.

    The environment variable MLFLOW_TRACKING_URI names the server or store, since a stored file must not decide that.
    """

    experiment: str = field(default="tfaip", help="Name of the experiment, which is made where it isn't there")
    run_name: str | None = field(default=None, help="Name of the run; default: the name of the run folder")
    log_model: bool = field(default=True, help="Record the bundle of the best model as an artifact")

    def cls(self) -> type[MLflowRecorder]:
        """Return the recorder's class."""
        return MLflowRecorder


class MLflowRecorder(Recorder):
    """Records a run with MLflow's client. A resumed run continues as the same run of MLflow.

    The steps of MLflow are epochs. Where the server can't be reached for a while, the training goes on, and the missing
    records are sent with the next epoch.

    Args:
        params: Where to record.
    """

    params: MLflowParams

    def open(self, run: RecordedRun) -> None:
        """Find the run, or make it.

        Raises:
            RecorderError: MLflow isn't installed, or can't be reached.
        """
        try:
            from mlflow import MlflowClient, get_tracking_uri
            from mlflow.entities import Metric, Param
            from mlflow.tracking.context.registry import resolve_tags
        except ImportError as error:
            raise missing_extra("MLflow", "mlflow", error) from None
        self._metric, self._param, self._resolve_tags = Metric, Param, resolve_tags
        self._uri = _without_password(get_tracking_uri())
        try:
            self._client = MlflowClient()
            self._open(run)
        except Exception as error:  # of MLflow, of SQLAlchemy, of the network
            raise RecorderError(
                "the recorder MLflow can't record in "
                + _without_password(f"{self._uri}, which MLFLOW_TRACKING_URI names: {error}")
            ) from error

    def _open(self, run: RecordedRun) -> None:
        client, name = self._client, self.params.experiment
        experiment = client.get_experiment_by_name(name)
        place = experiment.experiment_id if experiment else client.create_experiment(name, tags=KIND)
        self._experiment_id = place
        found = client.search_runs([place], f"tags.`{RUN_ID}` = '{run.id}'", max_results=1)
        # Values that were recorded after the checkpoint of a run that was killed: its steps are trained again.
        self._recorded: dict[str, set[int]] = {}
        self._waiting: list[Any] = []
        if found:
            self._run_id = found[0].info.run_id
            client.update_run(self._run_id, status="RUNNING")
            for key in found[0].data.metrics:
                self._recorded[key] = {point.step for point in client.get_metric_history(self._run_id, key)}
            self._known = set(found[0].data.params)
        else:
            made = client.create_run(place, run_name=self.params.run_name or run.folder.name, tags=self._tags(run))
            self._run_id, self._known = made.info.run_id, set()

    def _tags(self, run: RecordedRun) -> dict[str, str]:
        """Return the tags of a new run: its id, and the user and command from MLflow."""
        tags = {RUN_ID: run.id}
        try:
            return dict(self._resolve_tags(tags))
        except Exception as error:  # a container may have no user of that number
            logger.info("MLflow can't tell who trains: %s", one_line(str(error)))
            return tags

    def place(self) -> str:
        """Name the page of the run, or the command that shows it."""
        if self._uri.startswith("http"):
            return f"MLflow: {self._uri.rstrip('/')}/#/experiments/{self._experiment_id}/runs/{self._run_id}"
        return f"MLflow: mlflow ui --backend-store-uri {self._uri}, the experiment {one_line(self.params.experiment)}"

    def hyperparameters(self, values: Mapping[str, str | bool | int | float]) -> None:
        """Record the parameters, as far as an earlier process hasn't."""
        rows = [
            self._param(_key(name), str(value)[:LONGEST_VALUE])
            for name, value in values.items()
            if _key(name) not in self._known
        ]
        for start in range(0, len(rows), MOST_PARAMS):
            part = rows[start : start + MOST_PARAMS]
            self._try(lambda part=part: self._client.log_batch(self._run_id, params=part))

    def scalars(self, epoch: int, step: int, logs: Mapping[str, float]) -> None:
        """Record the logs of an epoch, as far as an earlier process hasn't."""
        del step
        now = int(time.time() * 1000)
        for name, value in logs.items():
            if epoch not in self._recorded.get(_key(name), ()):
                self._waiting.append(self._metric(_key(name), value, now, epoch))
        while self._waiting:
            part = self._waiting[:MOST_METRICS]
            if not self._send(part):
                return
            del self._waiting[: len(part)]

    def diagnostics(self, epoch: int, step: int, values: Mapping[str, float]) -> None:
        """Record values beside the logs. The total norm gets a name of its own, since names are paths of files."""
        folders = {name.rpartition("/")[0] for name in values}
        folders |= {"/".join(each.split("/")[:n]) for each in folders for n in range(1, each.count("/") + 1)}
        self.scalars(epoch, step, {f"{name}/all" if name in folders else name: value for name, value in values.items()})

    def image(self, epoch: int, split: str, name: str, image: Any) -> None:
        """Record an image as the artifact `images/SPLIT/NAME_EPOCH.png`."""
        import tempfile

        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / f"{_key(name).replace('/', '_')}_{epoch:05d}.png"
            scaled = image if image.dtype == "uint8" else (image.clip(0, 1) * 255).round().astype("uint8")
            path.write_bytes(_png(scaled))
            self._try(lambda: self._client.log_artifact(self._run_id, str(path), f"images/{split}"))

    def text(self, epoch: int, name: str, text: str) -> None:
        """Record a text as the artifact `texts/NAME_EPOCH.txt`."""
        self._try(lambda: self._client.log_text(self._run_id, text, f"texts/{_key(name)}_{epoch:05d}.txt"))

    def artifact(self, name: str, path: Path) -> None:
        """Record a file or a folder as an artifact."""
        if not self.params.log_model:
            return
        if path.is_dir():
            self._try(lambda: self._client.log_artifacts(self._run_id, str(path), name))
        else:
            self._try(lambda: self._client.log_artifact(self._run_id, str(path), name))

    def close(self, status: str) -> None:
        """Say how the run has ended: FINISHED, KILLED or FAILED."""
        self.scalars(0, 0, {})  # those that are waiting
        self._try(lambda: self._client.set_terminated(self._run_id, ENDS[status]))

    def _send(self, metrics: list[Any]) -> bool:
        """Send metrics. A metric that the server refuses is skipped, so that it doesn't block later ones."""
        error = self._try(lambda: self._client.log_batch(self._run_id, metrics=metrics), refusals=len(metrics) == 1)
        is_refused = getattr(error, "error_code", "") == REFUSED
        if is_refused and len(metrics) > 1:
            return all(self._send([metric]) for metric in metrics)
        return error is None or is_refused

    def _try(self, call: Any, *, refusals: bool = True) -> Exception | None:
        """Call the server and return its error; a training doesn't end because of it.

        Args:
            call: The call.
            refusals: Whether to log that the server refuses a value.
        """
        try:
            call()
        except Exception as error:
            if refusals or getattr(error, "error_code", "") != REFUSED:
                logger.warning("MLflow can't be told of the run now: %s", _without_password(one_line(str(error))))
            return error
        return None


def _key(name: str) -> str:
    """Return a name as MLflow allows it."""
    return re.sub(r"[^\w\-. /]", "_", name)[:LONGEST_KEY]


def _without_password(text: str) -> str:
    """Return a message as it may stand in a log: the address of a server may hold a password."""
    return re.sub(r"//[^/@\s]*@", "//", text)


def _png(image: Any) -> bytes:
    import tensorflow as tf

    encoded: bytes = tf.io.encode_png(image).numpy()
    return encoded
