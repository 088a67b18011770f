"""Files that stood in a folder before a run, or take the place of a file of its own, are never lost."""

from contextlib import suppress

import pytest

from tfaip.trainer import RunFolder, RunFolderError


@pytest.fixture
def run(tmp_path):
    """A run without checkpoints."""
    (tmp_path / "trainer_params.json").write_text("{}")
    return tmp_path


def fail_before_the_first_step(path):
    with suppress(ZeroDivisionError), RunFolder(path).new_run():
        (path / "trainer_params.json").write_text("{}")
        (path / "status.json").write_text('{"state": "failed", "step": 0}')
        (path / "train.log").write_text("of the run")
        raise ZeroDivisionError


def test_a_log_that_was_there_before_the_run_outlives_failed_attempts(tmp_path, caplog):
    (tmp_path / "train.log").write_text("of the user")
    (tmp_path / "metrics.jsonl").touch()
    for _ in range(3):
        fail_before_the_first_step(tmp_path)
    assert (tmp_path / "train.log.former").read_text() == "of the user"
    assert len(list(tmp_path.glob("*.former*"))) == 1
    assert "train.log was there before the run and is now train.log.former" in caplog.text


def test_events_that_were_there_before_the_run_outlive_failed_attempts(tmp_path):
    (tmp_path / "events").mkdir()
    (tmp_path / "events" / "events.out.1").write_text("of the user")
    for _ in range(2):
        fail_before_the_first_step(tmp_path)
    assert (tmp_path / "events.former" / "events.out.1").read_text() == "of the user"


@pytest.mark.parametrize("name", ["checkpoint", "best", "export"])
def test_a_file_in_place_of_a_folder_is_told_before_the_training_and_stays(run, name):
    (run / name).write_text("of the user")
    with pytest.raises(RunFolderError, match=f"{name} is a file, but a run keeps a folder there"):
        RunFolder(run).resumed_run().__enter__()
    (run / "trainer_params.json").unlink()
    with pytest.raises(RunFolderError, match=f"{name} is a file"):
        RunFolder(run).new_run().__enter__()
    assert (run / name).read_text() == "of the user"


@pytest.mark.parametrize("model", ["best", "export"])
def test_a_finished_run_without_checkpoints_keeps_its_models(run, model):
    (run / "status.json").write_text('{"state": "finished", "step": 9}')
    (run / model).mkdir()
    (run / model / "scenario_params.json").write_text("{}")
    with pytest.raises(RunFolderError, match=f"no checkpoint to go on from: .*--trainer.warmstart.model .*{model}"):
        RunFolder(run).resumed_run().__enter__()
    # The command asks for the folder before it loads TensorFlow.
    with pytest.raises(RunFolderError, match="no checkpoint to go on from"):
        RunFolder.existing(run)


@pytest.mark.parametrize("state", ["running", "stopped", "failed"])
def test_a_run_that_was_broken_off_before_its_first_checkpoint_begins_anew(run, state):
    (run / "status.json").write_text(f'{{"state": "{state}", "step": 9}}')
    with RunFolder(run).resumed_run():
        pass


def test_a_run_that_is_being_put_back_keeps_files_of_others(run):
    moving = run / ".former_run.moving"
    moving.mkdir()
    (moving / ".DS_Store").touch()
    RunFolder.existing(run)
    assert not moving.exists()
    moving.mkdir()
    (moving / "notes").write_text("of the user")
    with pytest.raises(RunFolderError, match="former_run.moving holds a file of no run: notes; move it elsewhere"):
        RunFolder(run).resumed_run().__enter__()
    assert (moving / "notes").exists()


def test_a_name_that_no_folder_can_have_is_refused(tmp_path):
    with pytest.raises(RunFolderError, match="cannot be written: .*embedded null"):
        RunFolder(tmp_path / "a\0b").new_run().__enter__()
