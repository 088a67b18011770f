import errno
import hashlib
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import h5py
import keras
import numpy as np
import pytest

from tfaip.params import UserError
from tfaip.trainer import CheckpointError
from tfaip.trainer.folder.checkpoint import Checkpoints


def variables(value: float, shape=(2, 3)) -> dict[str, list]:
    kernel = keras.Variable(np.full(shape, value, np.float32), name="kernel")
    seed = keras.Variable(np.array([value, 1], np.uint32), dtype="uint32", name="seed", trainable=False)
    return {"graph": [kernel, seed], "optimizer": [keras.Variable(np.int64(value), dtype="int64", name="iterations")]}


def write(folder, step, value, keep=2):
    groups = variables(value)
    return Checkpoints(folder, keep).write(step, {"epoch": step}, groups["graph"][:1], groups)


def test_every_variable_comes_back_with_its_type(tmp_path):
    write(tmp_path, 7, 5)
    restored = variables(0)
    checkpoint = Checkpoints(tmp_path).newest()
    checkpoint.restore(restored)
    assert checkpoint.state() == {"epoch": 7}
    np.testing.assert_array_equal(restored["graph"][0].numpy(), np.full((2, 3), 5, np.float32))
    np.testing.assert_array_equal(restored["graph"][1].numpy(), np.array([5, 1], np.uint32))
    assert int(restored["optimizer"][0].numpy()) == 5


@pytest.mark.parametrize(("keep", "kept"), [(1, [4]), (2, [3, 4]), (3, [2, 3, 4]), (9, [1, 2, 3, 4])])
def test_the_newest_checkpoints_are_kept(tmp_path, keep, kept):
    for step in (1, 2, 3, 4):
        write(tmp_path, step, step, keep)
    assert sorted(path.name for path in tmp_path.iterdir()) == [f"step_{step:08d}" for step in kept]


def test_checkpoints_after_the_one_that_a_run_goes_on_from_are_removed(tmp_path):
    for step in (2, 4):
        write(tmp_path, step, step)
    (tmp_path / "step_00000004" / "variables.h5").write_bytes(b"")
    assert Checkpoints(tmp_path).newest().state() == {"epoch": 2}
    write(tmp_path, 3, 3)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["step_00000002", "step_00000003"]


def test_without_any_there_is_no_newest(tmp_path):
    assert Checkpoints(tmp_path / "checkpoint").newest() is None


@pytest.mark.parametrize("file", ["weights.h5", "variables.h5", "trainer_state.json", "manifest.json"])
def test_a_damaged_file_makes_the_older_checkpoint_the_newest(tmp_path, file):
    write(tmp_path, 2, 2)
    path = write(tmp_path / "elsewhere", 1, 1).path
    path.replace(tmp_path / "step_00000001")
    damaged = tmp_path / "step_00000002" / file
    damaged.write_bytes(damaged.read_bytes()[:-10])
    assert Checkpoints(tmp_path).newest().state() == {"epoch": 1}


def rewrite(checkpoint, name, content):
    """Change a file and its checksum, as a stranger would."""
    (checkpoint.path / name).write_bytes(content)
    manifest = {
        file: checksum_of(checkpoint.path / file) for file in ("trainer_state.json", "weights.h5", "variables.h5")
    }
    (checkpoint.path / "manifest.json").write_text(json.dumps(manifest))


def checksum_of(path):
    return hashlib.sha256(path.read_bytes()).hexdigest()


@pytest.mark.parametrize(
    "content", ["{}", "[]", "3", '{"trainer_state.json": "0"}', "[" * 100_000, '{"../../secret": "0"}']
)
def test_a_manifest_that_does_not_name_the_files_makes_no_checkpoint(tmp_path, content):
    (write(tmp_path, 1, 1).path / "manifest.json").write_text(content)
    with pytest.raises(CheckpointError, match="no checkpoint in .* is whole"):
        Checkpoints(tmp_path).newest()


@pytest.mark.parametrize("name", ["manifest.json", "trainer_state.json", "variables.h5"])
def test_a_pipe_in_place_of_a_file_is_not_waited_for(tmp_path, name):
    path = write(tmp_path, 1, 1).path / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(CheckpointError, match="no checkpoint in .* is whole"):
        Checkpoints(tmp_path).newest()


@pytest.mark.parametrize(
    "content", [b"{}", b"[]", b'{"state": [], "variables": {}}', b"\xff", b'{"state": {"epoch": 1}}', b"[" * 100_000]
)
def test_an_odd_state_is_a_checkpoint_error_of_one_sentence(tmp_path, content):
    checkpoint = write(tmp_path, 1, 1)
    rewrite(checkpoint, "trainer_state.json", content)
    for read in (checkpoint.state, lambda: checkpoint.restore(variables(0))):
        with pytest.raises(CheckpointError, match=r"is broken: trainer_state.json can't be read \([^\n]+\)$"):
            read()


def test_values_that_stand_in_another_file_are_not_restored(tmp_path):
    checkpoint = write(tmp_path, 1, 1)
    with h5py.File(checkpoint.path / "variables.h5", "a") as file:
        del file["graph/0"]
        file["graph/0"] = h5py.ExternalLink("weights.h5", "/kernel")
    rewrite(checkpoint, "variables.h5", (checkpoint.path / "variables.h5").read_bytes())
    with pytest.raises(UserError, match="graph/0 is a link"):
        Checkpoints(tmp_path).newest().restore(variables(0))


def test_a_variable_that_the_file_lacks_is_named_before_any_is_assigned(tmp_path):
    checkpoint = write(tmp_path, 1, 1)
    with h5py.File(checkpoint.path / "variables.h5", "a") as file:
        del file["optimizer/0"]
    rewrite(checkpoint, "variables.h5", (checkpoint.path / "variables.h5").read_bytes())
    restored = variables(0)
    with pytest.raises(CheckpointError, match=r"is broken: variables.h5 lacks optimizer/0 \(iterations\)"):
        Checkpoints(tmp_path).newest().restore(restored)
    assert not restored["graph"][0].numpy().any()


def test_if_all_are_damaged_the_error_names_them(tmp_path):
    (write(tmp_path, 2, 2).path / "variables.h5").unlink()
    with pytest.raises(CheckpointError, match="no checkpoint in .* is whole: step_00000002"):
        Checkpoints(tmp_path).newest()


def test_another_shape_is_refused_with_both_shapes(tmp_path):
    write(tmp_path, 1, 1)
    with pytest.raises(CheckpointError, match=r"with shape \(2, 3\), but it has shape \(4, 3\) now"):
        Checkpoints(tmp_path).newest().restore(variables(0, shape=(4, 3)))


def test_another_number_of_variables_is_refused(tmp_path):
    write(tmp_path, 1, 1)
    groups = variables(0)
    groups["optimizer"].append(groups["optimizer"][0])
    with pytest.raises(CheckpointError, match="1 variables of optimizer, but there are 2 now"):
        Checkpoints(tmp_path).newest().restore(groups)


KILLED_WHILE_WRITING = """
import os, signal, sys
from pathlib import Path
import h5py
create = h5py.Group.create_dataset
def killed(self, name, *args, **kwargs):
    if name == "optimizer/0":
        os.kill(os.getpid(), signal.SIGKILL)
    return create(self, name, *args, **kwargs)
sys.path.insert(0, sys.argv[2])
from test_checkpoint import write
h5py.Group.create_dataset = killed
write(Path(sys.argv[1]), 2, 2)
"""


@pytest.mark.takes_long
def test_a_process_killed_while_writing_leaves_the_former_checkpoint(tmp_path):
    write(tmp_path, 1, 1)
    here = Path(__file__).parent
    done = subprocess.run([sys.executable, "-c", KILLED_WHILE_WRITING, str(tmp_path), str(here)], capture_output=True)
    assert done.returncode == -signal.SIGKILL, done.stderr
    assert Checkpoints(tmp_path).newest().state() == {"epoch": 1}
    write(tmp_path, 3, 3)
    assert Checkpoints(tmp_path).newest().state() == {"epoch": 3}


def test_a_checkpoint_that_cannot_be_written_leaves_the_former_one_and_no_rubbish(tmp_path, monkeypatch):
    write(tmp_path, 1, 1)

    def full(*args, **kwargs):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr("h5py.Group.create_dataset", full)
    with pytest.raises(OSError, match="No space left"):
        write(tmp_path, 2, 2)
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000001"]
    assert Checkpoints(tmp_path).newest().state() == {"epoch": 1}


def test_of_two_checkpoints_of_one_step_the_later_is_kept(tmp_path):
    write(tmp_path, 3, 3)
    second = write(tmp_path, 3, 4)
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000003_2"]
    restored = variables(0)
    Checkpoints(tmp_path).newest().restore(restored)
    assert int(restored["optimizer"][0].numpy()) == 4
    assert Checkpoints(tmp_path).newest() == second


def test_the_newest_is_the_one_with_the_most_steps_however_many_digits_they_have(tmp_path):
    for step in (99_999_999, 100_000_000):
        write(tmp_path / "elsewhere", step, 1).path.replace(tmp_path / f"step_{step:08d}")
    assert Checkpoints(tmp_path).newest().path.name == "step_100000000"


@pytest.mark.parametrize("name", ["step_best", "step_00000001_backup", "step_00000001 (copy)", "step_00000001.tar.gz"])
def test_what_a_user_keeps_beside_the_checkpoints_stays_and_is_none(tmp_path, name):
    (tmp_path / name).mkdir()
    assert Checkpoints(tmp_path).newest() is None
    for step in (1, 2, 3):
        write(tmp_path, step, step, keep=1)
    assert Checkpoints(tmp_path).newest().state() == {"epoch": 3}
    assert sorted(path.name for path in tmp_path.iterdir()) == sorted(["step_00000003", name])
