"""What is said when the folder of a run can no longer be written; tests/faults does it with real disks."""

import errno
import os
import shutil

import pytest

from tfaip.trainer import CheckpointError, RunFolder, RunFolderError
from tfaip.trainer.folder.write_errors import write_errors


def raised_as(error, folder):
    with pytest.raises(BaseException) as raised, write_errors(RunFolder(folder)):
        raise error
    return raised.value


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)),
        OSError("Can't write data (file write failed: errno = 28, error message = 'No space left on device')"),
        RuntimeError("Unable to flush file's cached information (No space left on device)"),
    ],
    ids=["system", "HDF5", "HDF5 when closing"],
)
def test_a_full_disk_is_named_whoever_tells_of_it(tmp_path, error):
    told = raised_as(error, tmp_path)
    assert isinstance(told, RunFolderError)
    assert f"{tmp_path} can no longer be written: No space left on device; there is no checkpoint" in str(told)


def test_with_a_checkpoint_it_says_how_to_go_on(tmp_path):
    (tmp_path / "checkpoint" / "step_00000001").mkdir(parents=True)
    told = raised_as(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)), tmp_path)
    assert f"go on with `tfaip-resume-training {tmp_path}`" in str(told)


def test_a_folder_that_has_gone_is_named(tmp_path):
    shutil.rmtree(tmp_path)
    told = raised_as(FileNotFoundError(errno.ENOENT, "No such file", str(tmp_path / "metrics.jsonl")), tmp_path)
    assert "it has disappeared" in str(told)


@pytest.mark.parametrize(
    "error",
    [
        OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), "/elsewhere/cache"),
        FileNotFoundError(errno.ENOENT, "No such file", "/data/image.png"),
        RuntimeError("of another kind"),
        CheckpointError("a user's mistake already"),
    ],
    ids=["another disk", "missing data", "another kind", "already told"],
)
def test_other_errors_come_out_as_they_are(tmp_path, error):
    assert raised_as(error, tmp_path) is error
