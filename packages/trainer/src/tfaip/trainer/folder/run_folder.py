"""The folder of a run."""

from __future__ import annotations

import json
import logging
import os
import shlex
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

from tfaip.model import ScenarioBase
from tfaip.model.folders.folder_lock import FolderInUseError, FolderLock
from tfaip.params.regular_files import open_regular_anew, read_regular
from tfaip.params.trust.trust import words_of_trust
from tfaip.trainer.errors import RunFolderError
from tfaip.trainer.folder.bundle_places import BundlePlaces
from tfaip.trainer.folder.former_run import PARAMS, FormerRun

__all__ = ["RunFolder", "stored_seed", "write_atomically"]

logger = logging.getLogger(__name__)

# All files of a run; names with a dot are there after a kill.
NAMES = (
    *(PARAMS, f".{PARAMS}.part", "train.log", "metrics.jsonl", "status.json", ".status.json.writing"),
    *("recorders.json", ".recorders.json.writing"),
    *("events", "checkpoint", "best", "export", "epochs", "statistics"),
    *(".best.writing", ".best.former", ".export.writing", ".export.former"),
)
# A status takes some hundred bytes, parameters some kilobytes unless they hold long lists.
MAX_STATUS = 1 << 20
MAX_PARAMS = 64 << 20


class RunFolder:
    """The paths of a run's files.

    trainer_params.json   train.log   metrics.jsonl   status.json   events/   checkpoint/   best/   export/

    Args:
        path: The folder.
        bundles: Where the run writes its bundles; by default to `best` and `export`.
    """

    def __init__(self, path: str | os.PathLike[str], bundles: BundlePlaces | None = None) -> None:
        self.path = Path(path)
        self.bundles = bundles or BundlePlaces(self.path)
        self._lock = FolderLock(self.path / ".lock")
        self._former = FormerRun(self.path, NAMES)

    @classmethod
    def existing(cls, path: str | os.PathLike[str]) -> RunFolder:
        """Return the folder at `path`, which holds a run; its file of parameters stands for the folder.

        Raises:
            RunFolderError: It holds none, or one that can't be gone on with.
        """
        folder = cls(path)
        if folder.path.is_file() and folder.path.name == folder.trainer_params.name:
            folder = cls(folder.path.parent)
        if folder._former.is_unfinished:
            with suppress(RunFolderError), folder._locked():
                folder._recover()
        folder._require_run()
        folder._require_unfinished_or_checkpoint()
        folder._require_writable()
        return folder

    def require_no_run(self, *, overwrite: bool = False) -> None:
        """Refuse a folder that can't take a new run.

        Raises:
            RunFolderError: It is in use, holds a run while `overwrite` is off, or holds files that no run writes.
        """
        if not self.path.is_dir():
            return
        with self._locked():
            self._recover()
            self._require_no_run(overwrite)

    def resume_command(self, scenario: ScenarioBase[Any, Any] | None = None) -> str:
        """Return the command that resumes the run. It may have to trust the scenario's package."""
        trust = words_of_trust(type(scenario).__module__) if scenario else []
        command = scenario.resume_command() if scenario else "tfaip-resume-training"
        outside = [word for field, name in self.bundles.outside().items() for word in (f"--trainer.{field}", name)]
        return " ".join([command, str(self.path), *(shlex.quote(word) for word in outside), *trust])

    def require_free(self) -> None:
        """Refuse a folder that another process writes.

        Raises:
            RunFolderError: One does.
        """
        with self._locked():
            pass

    @contextmanager
    def new_run(self, *, overwrite: bool = False) -> Iterator[None]:
        """Keep the folder for a new run, for as long as the block lasts.

        A run that it replaces is moved aside, and removed once the new one has come to something. It is put back if
        the block ends with an error before that.

        Raises:
            RunFolderError: It can't be written, or as of `require_no_run`.
        """
        self._require_writable()
        with self._locked():
            self._recover()
            self._require_no_run(overwrite)
            if self._is_run():
                self._former.put_aside()
            elif self.trainer_params.exists():
                self._former.require_own()
                self._former.remove_current()  # an attempt that failed before its first step
            if overwrite:
                self.bundles.note_former()
            try:
                self._set_logs_aside("former", _problem_before)
                self._make_linked_folders()
                yield
            except BaseException:
                # A forked child that unwinds does not hold it.
                if self._lock.is_held and self._former.is_aside:
                    self._former.put_back()
                    logger.warning("The new run came to nothing, the one before it is back in %s", self.path)
                raise
            self.keep_new_run()

    @contextmanager
    def resumed_run(self) -> Iterator[None]:
        """Keep the folder for the run in it, for as long as the block lasts.

        Raises:
            RunFolderError: It holds none, can't be written, or is in use.
        """
        with self._locked():
            self._recover()
            self._require_run()
            self._require_unfinished_or_checkpoint()
            self._set_logs_aside("damaged", _damage)
            self._make_linked_folders()
            yield

    @property
    def replaces_run(self) -> bool:
        """Whether a run was put aside for the new one, and would come back now."""
        return self._former.is_aside

    def require_held(self) -> None:
        """Refuse to write where another process has taken the folder over.

        Raises:
            RunFolderError: It has, since this one was suspended for more than a minute.
        """
        if self._lock.is_lost:
            raise RunFolderError(
                f"another process has taken over {self.path}, since this one gave no sign of life for a minute"
            )

    def keep_new_run(self) -> None:
        """Remove the run that was put aside: the new one has written something that can be gone on from."""
        self._former.remove()
        self.bundles.remove_former()

    @property
    def trainer_params(self) -> Path:
        """Parameters of the training."""
        return self.path / PARAMS

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
    def recorders(self) -> Path:
        """Identity of the run for recorders, which go on with a record by it."""
        return self.path / "recorders.json"

    @property
    def events(self) -> Path:
        """Event files of TensorBoard."""
        return self.path / "events"

    @property
    def checkpoint(self) -> Path:
        """The state from which a resumed run starts."""
        return self.path / "checkpoint"

    @property
    def statistics(self) -> Path:
        """Statistics that processors have adapted to the training samples."""
        return self.path / "statistics"

    @property
    def best(self) -> Path:
        """Bundle of the best model so far."""
        return self.bundles.best.newest

    @property
    def export(self) -> Path:
        """Bundle of the last model."""
        return self.bundles.last.newest

    @property
    def growing_files(self) -> list[Path]:
        """Files that are only ever appended to."""
        events = (file for file in self.events.glob("**/events.out.*") if file.is_file() and not file.is_symlink())
        return [self.log, self.metrics, *sorted(events)]

    @property
    def has_results(self) -> bool:
        """Whether there is a checkpoint or an exported model."""
        return any(self.checkpoint.glob("step_*")) or any(map(_has_content, self._models))

    @property
    def _models(self) -> tuple[Path, Path]:
        """Bundles that stand and fall with the run; those that parameters name elsewhere stay."""
        return self.path / "best", self.path / "export"

    def _recover(self) -> None:
        self._former.require_own_links()
        self._former.recover(is_replaced=self.has_results)

    @contextmanager
    def _locked(self) -> Iterator[None]:
        try:
            self._lock.acquire()
        except FolderInUseError as error:
            raise RunFolderError(
                f"{error.owner} is training in {self.path}: wait until it has ended, "
                "or choose another --trainer.output_dir"
            ) from None
        except OSError as error:
            raise self._cannot_be_written(error) from error
        try:
            yield
        finally:
            self._lock.release()

    def _is_run(self) -> bool:
        """Whether there is a run; an attempt that failed before its first step is none."""
        return self.trainer_params.exists() and (self.has_results or not self._failed_before_first_step())

    def _failed_before_first_step(self) -> bool:
        status = self._read_status()
        return status.get("state") == "failed" and not status.get("step")

    def _read_status(self) -> dict[str, Any]:
        try:
            status = json.loads(read_regular(self.status, MAX_STATUS))
        except (OSError, ValueError, RecursionError):
            return {}
        return status if isinstance(status, dict) else {}

    def _require_unfinished_or_checkpoint(self) -> None:
        """Refuse to begin a run anew that has come to its end: its models would be replaced."""
        if self._read_status().get("state") == "finished" and not any(self.checkpoint.glob("step_*")):
            model = next(filter(_has_content, (self.export, self.best)), None)
            raise RunFolderError(
                f"the run in {self.path} has finished, and there is no checkpoint to go on from: start a new run"
                + (f", which may begin with its model by --trainer.warmstart.model {model}" if model else "")
            )

    def _require_no_run(self, overwrite: bool) -> None:
        if self._is_run() and overwrite:
            self._former.require_own()
        elif self._is_run():
            raise RunFolderError(
                f"{self.path} holds a run already: go on with it by `tfaip-resume-training {self.path}`, "
                "choose another --trainer.output_dir, or replace it with --trainer.overwrite"
            )
        if self.has_results and not self.trainer_params.exists():
            raise RunFolderError(
                f"{self.path} holds models or checkpoints, but it is not the folder of a run, since it has no "
                f"{self.trainer_params.name}: choose another --trainer.output_dir"
            )

    def _require_run(self) -> None:
        if not self.trainer_params.is_file():
            what = f"it has no {self.trainer_params.name}" if self.path.is_dir() else "there is no such folder"
            above = [folder for folder in list(self.path.parents)[:2] if (folder / self.trainer_params.name).is_file()]
            hint = f"; did you mean {above[0]}?" if above else ""
            raise RunFolderError(f"{self.path} is not the folder of a run: {what}{hint}")

    def _require_writable(self) -> None:
        """Find out by writing: permission bits don't tell of read-only file systems, nor a full disk."""
        import tempfile

        try:
            self.path.resolve().mkdir(parents=True, exist_ok=True)  # a link may lead to a folder that is not there yet
            with tempfile.NamedTemporaryFile(dir=self.path):
                pass
        except (OSError, RuntimeError, ValueError) as error:  # links in a circle, a name that can't be one
            raise self._cannot_be_written(error) from error

    def _set_logs_aside(self, suffix: str, problem_of: Callable[[Path, bool], str]) -> None:
        """Rename a log that can't be continued; a run goes on from its checkpoint."""
        for log in (self.log, self.metrics, self.status, self.events):
            if problem := problem_of(log, log == self.events):
                aside = log.with_name(f"{log.name}.{suffix}")
                number = 1
                while aside.exists() or aside.is_symlink():
                    number += 1
                    aside = log.with_name(f"{log.name}.{suffix}_{number}")
                log.rename(aside)
                logger.warning("%s %s and is now %s; the run goes on with a new one", log, problem, aside.name)

    def _make_linked_folders(self) -> None:
        """Make the folder that a link to another disk leads to, since its writers expect a folder.

        Raises:
            RunFolderError: It can't be made, or there is a file where a run keeps a folder.
        """
        for folder in (self.checkpoint, *self._models):
            if folder.exists() and not folder.is_dir():
                raise RunFolderError(
                    f"{folder} is a file, but a run keeps a folder there: move it elsewhere, "
                    "or choose another --trainer.output_dir"
                )
        for folder in (self.events, self.checkpoint):
            if folder.is_symlink():
                try:
                    folder.resolve().mkdir(parents=True, exist_ok=True)
                except OSError as error:
                    raise RunFolderError(
                        f"{folder} is a link to {folder.resolve()}, which can't be made: {error.strerror}"
                    ) from error

    def _cannot_be_written(self, error: Exception) -> RunFolderError:
        return RunFolderError(
            f"the output folder {self.path} cannot be written: {getattr(error, 'strerror', None) or error}; "
            "choose another --trainer.output_dir"
        )


def _has_content(folder: Path) -> bool:
    return folder.is_dir() and any(folder.iterdir())


def _damage(path: Path, is_folder: bool) -> str:
    """Say why a log can't be continued; the target of a file's link is somebody else's."""
    if path.is_symlink() and not is_folder:
        return "is a link"
    if not path.exists():
        return ""
    is_kind = path.is_dir() if is_folder else path.is_file()
    return "" if is_kind and os.access(path, os.W_OK) else "can't be written"


def _problem_before(path: Path, is_folder: bool) -> str:
    """Return the reason to rename a log without a run. Otherwise a failed attempt would remove it."""
    if problem := _damage(path, is_folder):
        return problem
    has_content = _has_content(path) if is_folder else path.exists() and path.stat().st_size
    return "was there before the run" if has_content else ""


def write_atomically(path: Path, value: Any) -> None:
    """Write `value` as JSON, so that a reader finds the former file or the new one and never a part."""
    beside = path.with_name(f".{path.name}.writing")
    with open_regular_anew(beside) as file:
        file.write((json.dumps(value, indent=2) + "\n").encode())
    beside.replace(path)


def stored_seed(trainer_params: Path) -> int | None:
    """Return the seed of a run, which its file of parameters holds; `None` where it can't be read."""
    try:
        seed = json.loads(read_regular(trainer_params, MAX_PARAMS))["random_seed"]
    except (OSError, ValueError, TypeError, KeyError, RecursionError):
        return None
    return seed if isinstance(seed, int) else None
