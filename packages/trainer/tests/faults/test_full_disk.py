"""A disk that is full, and a folder that is gone or read-only, in the middle of a run."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

from tfaip.trainer import RunFolder, RunFolderError
from tfaip.trainer.folder.checkpoint import Checkpoints
from tfaip.trainer.run.actions.report import Report
from tfaip.trainer.run.actions.write_checkpoint import WriteCheckpoint

pytestmark = pytest.mark.faults


@pytest.fixture
def disk(tmp_path):
    """A small disk of its own."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], capture_output=True)
    if mounted.returncode:
        pytest.skip("only root may mount a disk")
    yield folder
    subprocess.run(["umount", "-l", folder], check=True)


def fill(disk: Path) -> None:
    """Leave not a single block."""
    with (disk / "filler").open("wb", buffering=0) as file:
        try:
            while True:
                file.write(b"\0" * 4096)
        except OSError:
            pass


def before(monkeypatch, cls, name, epoch, do):
    """Do something right before a method is called in that epoch."""
    former = getattr(cls, name)

    def spy(self, context, *args):
        if context.epoch == epoch:
            do()
        return former(self, context, *args)

    monkeypatch.setattr(cls, name, spy)


@pytest.mark.parametrize(
    ("action", "phase"), [(WriteCheckpoint, "checkpoint"), (Report, "report")], ids=["checkpoint", "logs"]
)
def test_a_full_disk_is_one_error_and_the_run_goes_on_later(
    points_params, train, resume, metrics_of, disk, monkeypatch, action, phase
):
    whole, parts = points_params("whole", export_best=False), points_params("parts", export_best=False)
    parts.output_dir = disk / "run"
    train(whole)
    with monkeypatch.context() as patched:
        before(patched, action, phase, 2, lambda: fill(disk))
        with pytest.raises(RunFolderError) as raised:
            train(parts)
    assert "can no longer be written: No space left on device; the last checkpoint in it is whole" in str(raised.value)
    assert Checkpoints(RunFolder(parts.output_dir).checkpoint).newest().state()["epoch"] == 1
    (disk / "filler").unlink()
    resume(parts)
    assert metrics_of(parts.output_dir) == metrics_of(whole.output_dir)


def test_a_folder_that_disappears_is_one_error(points_params, train, monkeypatch):
    params = points_params(export_best=False)
    before(monkeypatch, Report, "report", 2, lambda: shutil.rmtree(params.output_dir))
    with pytest.raises(RunFolderError, match="can no longer be written: it has disappeared; there is no checkpoint"):
        train(params)


def test_a_disk_that_becomes_read_only_is_one_error(points_params, train, disk, monkeypatch):
    params = points_params(export_best=False)
    params.output_dir = disk / "run"

    def protect():
        # Files that are open for writing keep a disk from becoming read-only, unless it is bound a second time.
        subprocess.run(["mount", "-o", "bind", disk, disk], check=True)
        subprocess.run(["mount", "-o", "remount,ro,bind", disk], check=True)

    before(monkeypatch, WriteCheckpoint, "checkpoint", 2, protect)
    try:
        with pytest.raises(RunFolderError, match="can no longer be written: Read-only file system"):
            train(params)
        assert Checkpoints(RunFolder(params.output_dir).checkpoint).newest().state()["epoch"] == 1
    finally:
        subprocess.run(["umount", "-l", disk], check=False)
    assert os.access(disk, os.W_OK)
