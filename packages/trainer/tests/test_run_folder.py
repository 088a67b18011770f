import pytest

from tfaip.trainer import RunFolder, RunFolderError


def test_a_new_folder_is_made_with_its_parents(tmp_path):
    assert RunFolder.create(tmp_path / "a" / "b").path.is_dir()


def test_a_folder_that_holds_a_run_is_kept_and_the_ways_out_are_named(tmp_path):
    (tmp_path / "trainer_params.json").write_text("{}")
    with pytest.raises(RunFolderError, match="tfaip-resume-training .*--trainer.output_dir.*--trainer.overwrite"):
        RunFolder.create(tmp_path)
    assert (tmp_path / "trainer_params.json").exists()


def test_overwriting_removes_the_run_and_nothing_else(tmp_path):
    for name in ("trainer_params.json", "metrics.jsonl", "notes.txt"):
        (tmp_path / name).write_text("{}")
    (tmp_path / "best").mkdir()
    RunFolder.create(tmp_path, overwrite=True)
    assert [path.name for path in tmp_path.iterdir()] == ["notes.txt"]


def test_a_path_that_cannot_be_a_folder_is_refused_in_one_sentence(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RunFolderError, match=r"the output folder .*file/run cannot be written: Not a directory"):
        RunFolder.create(tmp_path / "file" / "run")


def test_resuming_needs_a_run(tmp_path):
    with pytest.raises(RunFolderError, match="it has no trainer_params.json"):
        RunFolder.existing(tmp_path)
    with pytest.raises(RunFolderError, match="there is no such folder"):
        RunFolder.existing(tmp_path / "missing")
