"""Links in the folder of a run: those of users stay, and none decides what is lost outside."""

import json
import logging
import os

import pytest

from tfaip.trainer import RunFolder, RunFolderError
from tfaip.trainer.folder.growing_files import cut_back
from tfaip.trainer.folder.run_folder import write_atomically
from tfaip.trainer.reporting.train_log import logged_to


@pytest.fixture
def run(tmp_path):
    """A run with a checkpoint."""
    run = tmp_path / "run"
    (run / "checkpoint" / "step_00000001").mkdir(parents=True)
    (run / "trainer_params.json").write_text("{}")
    return run


@pytest.fixture
def home(tmp_path):
    """Files of the user, in no run."""
    (tmp_path / "home" / "folder").mkdir(parents=True)
    (tmp_path / "home" / "text").write_text("of the user\n")
    (tmp_path / "home" / "folder" / "scenario_params.json").write_text("of the user\n")
    return tmp_path / "home"


def contents(path):
    return {file.relative_to(path).as_posix(): file.read_text() for file in path.rglob("*") if file.is_file()}


def write_all(folder):
    """Write what a run writes into files of its own."""
    with logged_to(folder.log):
        logging.getLogger("tfaip").info("hello")
    folder.metrics.open("a").close()
    cut_back(folder.path, folder.growing_files, {})
    write_atomically(folder.status, {"state": "running"})


@pytest.mark.parametrize("exists", [True, False])
@pytest.mark.parametrize("name", ["train.log", "metrics.jsonl", "status.json", ".status.json.writing"])
def test_a_resumed_run_writes_to_no_file_that_a_link_names(run, home, name, exists):
    (run / name).symlink_to(home / ("text" if exists else "new"))
    before = contents(home)
    with RunFolder(run).resumed_run():
        write_all(RunFolder(run))
    assert contents(home) == before
    assert not (run / name).is_symlink()
    assert json.loads((run / "status.json").read_text()) == {"state": "running"}


def test_a_new_run_writes_to_no_file_that_a_link_names(run, home):
    (run / "trainer_params.json").unlink()
    (run / "checkpoint" / "step_00000001").rmdir()
    (run / "train.log").symlink_to(home / "text")
    before = contents(home)
    with RunFolder(run).new_run():
        write_all(RunFolder(run))
    assert contents(home) == before


def test_event_files_that_are_links_are_not_cut_back(run, home):
    (run / "events").mkdir()
    (run / "events" / "events.out.1").symlink_to(home / "text")
    write_all(RunFolder(run))
    assert (home / "text").read_text() == "of the user\n"


def test_a_pipe_in_place_of_a_half_written_status_blocks_nothing(run):
    os.mkfifo(run / ".status.json.writing")
    write_all(RunFolder(run))
    assert not (run / ".status.json.writing").exists()


@pytest.mark.parametrize("name", [".best.writing", ".best.former", ".export.writing", "train.log", "status.json"])
def test_a_run_that_comes_back_removes_nothing_that_a_link_names(run, home, name):
    (run / "checkpoint" / "step_00000001").rmdir()
    (run / ".former_run").mkdir()
    (run / ".former_run" / "trainer_params.json").write_text("{}")
    (run / name).symlink_to(home / "folder")
    before = contents(home)
    RunFolder.existing(run)
    assert contents(home) == before
    assert not (run / ".former_run").exists()


@pytest.mark.parametrize("name", [".best.writing", "train.log"])
def test_a_run_that_is_replaced_takes_nothing_along_that_a_link_names(run, home, name):
    (run / name).symlink_to(home / "folder")
    before = contents(home)
    with RunFolder(run).new_run(overwrite=True):
        write_all(RunFolder(run))
    assert contents(home) == before


@pytest.mark.parametrize("name", ["best", "export", "checkpoint", "events"])
def test_a_link_into_another_run_is_refused_before_anything_is_touched(run, tmp_path, name):
    other = tmp_path / "other"
    (other / name / "train").mkdir(parents=True)
    (other / "trainer_params.json").write_text("{}")
    (other / name / "train" / "events.out.1").write_text("of the other run")
    if name == "checkpoint":
        (run / name).rename(run / "former")
    (run / name).symlink_to(other / name)
    before = contents(other)
    folder = RunFolder(run)
    for block in (folder.resumed_run(), folder.new_run(overwrite=True)):
        with pytest.raises(RunFolderError, match="is a link to .* belongs to another run, .*other"), block:
            pass
    assert contents(other) == before


def test_a_link_beside_runs_or_within_its_own_run_is_followed(run, tmp_path):
    (tmp_path / "trainer_params.json").write_text("{}")
    (run / "kept").mkdir()
    (run / "best").symlink_to(run / "kept")
    (run / "events").symlink_to(tmp_path / "events")
    with RunFolder(run).resumed_run():
        assert (tmp_path / "events").is_dir()


@pytest.mark.parametrize("name", ["best", "events", "checkpoint"])
def test_a_link_in_a_circle_is_told(run, name):
    if name == "checkpoint":
        (run / name).rename(run / "former")
    (run / name).symlink_to(run / name)
    with pytest.raises(RunFolderError, match=f"{name} is a link that leads in a circle"), RunFolder(run).resumed_run():
        pass


def test_a_link_to_a_disk_itself_is_told_before_the_training(run, home, monkeypatch):
    (run / "best").symlink_to(home / "folder")
    monkeypatch.setattr("pathlib.Path.is_mount", lambda self: True)
    with pytest.raises(RunFolderError, match="can't be replaced by a new model, since a disk is mounted there"):
        RunFolder(run).require_no_run(overwrite=True)
