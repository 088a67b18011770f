"""What a run that ends leaves in its folder: results, a reason, or the run before it."""

import json
import os
import shutil
import signal
from pathlib import Path

import pytest

from tfaip.model.folders.folder_lock import FolderLock
from tfaip.model.testing.points.data import PointsGenerator
from tfaip.trainer import RunFolder, RunFolderError
from tfaip.trainer.run.actions.report import Report
from tfaip.trainer.run.actions.write_checkpoint import WriteCheckpoint


def files(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture
def broken_data(monkeypatch):
    """Samples that can't be read."""

    def broken(self, index):
        raise FileNotFoundError("no image " + "x" * 5000)

    with monkeypatch.context() as patched:
        patched.setattr(PointsGenerator, "__getitem__", broken)
        yield patched


def test_a_failed_first_attempt_says_why_and_the_same_command_works_again(points_params, train, broken_data):
    params = points_params(epochs=1)
    with pytest.raises(FileNotFoundError):
        train(params)
    status = json.loads(RunFolder(params.output_dir).status.read_text())
    assert status["state"] == "failed"
    assert status["reason"].startswith("FileNotFoundError: no image xxx")
    assert len(status["reason"]) < 2100
    broken_data.undo()
    assert train(params)["loss"] > 0
    assert json.loads(RunFolder(params.output_dir).status.read_text())["reason"] == "all epochs are done"


def test_a_run_that_fails_while_it_is_built_says_why(points_params, train):
    params = points_params(epochs=1)
    params.warmstart.model = Path("missing")
    for _ in range(2):
        with pytest.raises(ValueError, match="missing"):
            train(params)
        status = json.loads(RunFolder(params.output_dir).status.read_text())
        assert (status["state"], status["step"]) == ("failed", 0)
        assert "missing is not there" in status["reason"]


@pytest.mark.takes_long
def test_a_run_that_would_be_replaced_is_as_before_when_the_new_one_fails(points_params, train, resume, monkeypatch):
    params = points_params(epochs=1)
    train(params)
    before = files(params.output_dir)
    monkeypatch.setattr(Report, "report", lambda self, context: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        train(points_params(epochs=1, overwrite=True))
    assert files(params.output_dir) == before
    monkeypatch.undo()
    assert resume(points_params(epochs=2))["loss"] > 0


def test_a_run_is_replaced_with_the_first_checkpoint_of_the_new_one(points_params, train, monkeypatch):
    train(points_params(epochs=1))
    write = WriteCheckpoint.write
    seen = []

    def spy(self, context, state):
        seen.append((context.folder.path / ".former_run").exists())
        write(self, context, state)
        seen.append((context.folder.path / ".former_run").exists())
        raise ZeroDivisionError

    monkeypatch.setattr(WriteCheckpoint, "write", spy)
    params = points_params(epochs=1, overwrite=True, export_best=False, export_final=False, random_seed=9)
    with pytest.raises(ZeroDivisionError):
        train(params)
    assert seen == [True, False]
    assert json.loads(RunFolder(params.output_dir).trainer_params.read_text())["random_seed"] == 9


def test_a_stop_before_the_first_step_gives_the_run_before_back(points_params, train, monkeypatch):
    params = points_params(epochs=1)
    train(params)
    before = files(params.output_dir)
    monkeypatch.setattr(Report, "before_epoch", lambda self, context: os.kill(os.getpid(), signal.SIGTERM))
    with pytest.raises(SystemExit):
        train(points_params(epochs=1, overwrite=True))
    assert files(params.output_dir) == before


def test_a_run_whose_folder_another_process_has_taken_writes_no_checkpoint(points_params, train, monkeypatch):
    monkeypatch.setattr(FolderLock, "is_lost", True)
    params = points_params(epochs=1)
    with pytest.raises(RunFolderError, match="another process has taken over"):
        train(params)
    assert not RunFolder(params.output_dir).checkpoint.exists()


def test_only_one_process_trains_in_a_folder(points_params, train, monkeypatch):
    params = points_params(epochs=1)
    told = []

    def another(self, context):
        for overwrite in (False, True):
            with pytest.raises(RunFolderError) as raised:
                RunFolder(params.output_dir).require_no_run(overwrite=overwrite)
            told.append(str(raised.value))

    monkeypatch.setattr(Report, "report", another)
    train(params)
    assert [message.split(":")[0].partition(" on ")[0] for message in told] == [f"process {os.getpid()}"] * 2
    RunFolder(params.output_dir).require_free()


def test_resuming_with_the_parameters_of_a_first_training_takes_the_stored_seed(points_params, train, resume):
    first, longer = points_params(epochs=1, random_seed=None), points_params(epochs=2, random_seed=None)
    train(first)
    assert resume(longer)["loss"] > 0
    assert longer.random_seed == first.random_seed


def damage(path, how):
    if how == "cut off":
        path.write_bytes(path.read_bytes()[:-7])
    elif how == "other bytes":
        path.write_bytes(b"\xff\x00{" + b"\n[]\n" * 500)
    elif how == "empty":
        path.write_bytes(b"")
    else:
        path.unlink()
    if how == "folder":
        (path / "inside").mkdir(parents=True)
    elif how == "pipe":
        os.mkfifo(path)
    elif how == "link to nothing":
        path.symlink_to(path.parent / "nothing" / "there")


# What happens to train.log, metrics.jsonl, status.json and the event files.
DAMAGES = [
    ("folder", "other bytes", "pipe", "cut off"),
    ("link to nothing", "folder", "other bytes", "other bytes"),
    ("empty", "cut off", "missing", "folder"),
]


@pytest.mark.takes_long
def test_a_run_with_damaged_logs_goes_on_from_its_checkpoint(points_params, train, resume, caplog):
    train(points_params(epochs=1))
    folder = RunFolder(points_params().output_dir)
    for epochs, hows in enumerate(DAMAGES, start=2):
        for log, how in zip((folder.log, folder.metrics, folder.status), hows, strict=False):
            damage(log, how)
        for events in folder.events.rglob("events.out.*"):
            damage(events, hows[-1])
        resume(points_params(epochs=epochs))
        assert json.loads(folder.status.read_text())["epoch"] == epochs
        assert json.loads(folder.metrics.read_text(errors="replace").splitlines()[-1])["epoch"] == epochs
        assert f"Results of epoch {epochs:>4}" in folder.log.read_text(errors="replace")
    shutil.rmtree(folder.events)
    folder.events.write_text("no folder")
    resume(points_params(epochs=5))
    assert list(folder.events.rglob("events.out.*"))
    assert (
        "metrics.jsonl can't be written and is now metrics.jsonl.damaged; the run goes on with a new one" in caplog.text
    )
    assert "damaged lines, which are left out of the tables" in caplog.text


@pytest.mark.takes_long
def test_the_folders_of_a_run_may_be_links_to_another_disk(points_params, train, resume, tmp_path):
    params = points_params(epochs=3)
    disk = tmp_path / "disk"
    params.output_dir.symlink_to(disk / "run")
    (disk / "run").mkdir(parents=True)
    names = ("best", "export", "checkpoint", "events")
    for name in names:
        (params.output_dir / name).symlink_to(disk / name)
    train(params)
    resume(points_params(epochs=4))
    train(points_params(epochs=1, overwrite=True))
    assert all((params.output_dir / name).is_symlink() and any((disk / name).iterdir()) for name in names)
    assert {path.name for path in disk.iterdir()} == {"run", *names}
