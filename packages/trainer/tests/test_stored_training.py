"""A file of parameters doesn't decide where a new training writes, nor what that replaces."""

import json
import os
from contextlib import nullcontext
from pathlib import Path

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import save
from tfaip.trainer import RunFolderError, load_trainer_params
from tfaip.trainer.folder.stored_training import StoredTraining, folders_read_with, require_named_folder


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Writes parameters that name a folder, `run` in the current one."""
    monkeypatch.chdir(tmp_path)
    params = PointsScenario.default_trainer_params()
    PointsScenario.tagged(params.scenario)
    params.output_dir, params.overwrite = Path("run"), True

    def write(path, **changes):
        for name, value in changes.items():
            setattr(params, name, value)
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        save(params, path)
        return path

    return write


def place(params):
    return params.output_dir, params.overwrite


@pytest.mark.parametrize("path", ["elsewhere/trainer_params.json", "trainer_params.json", "run/inner/p.json"])
def test_a_file_that_lies_elsewhere_names_no_folder(stored, path):
    assert place(load_trainer_params(stored(path))) == (None, False)
    assert place(load_trainer_params(path, output_dir="mine")) == (Path("mine"), False)
    assert place(load_trainer_params(path, output_dir="mine", overwrite=True)) == (Path("mine"), True)


@pytest.mark.parametrize("folder", ["run", "./elsewhere/../run", "ABSOLUTE"])
def test_a_file_in_the_folder_of_the_run_names_it(stored, tmp_path, folder):
    folder = Path(str(tmp_path / "run") if folder == "ABSOLUTE" else folder)
    (tmp_path / "elsewhere").mkdir()
    assert place(load_trainer_params(stored("run/trainer_params.json", output_dir=folder))) == (folder, True)


def test_a_link_to_a_file_is_where_the_file_is(stored, tmp_path):
    stored("elsewhere/trainer_params.json")
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "trainer_params.json").symlink_to(tmp_path / "elsewhere" / "trainer_params.json")
    assert place(load_trainer_params("run/trainer_params.json")) == (None, False)


def test_the_words_to_add_are_named(stored):
    training = StoredTraining(stored("file.json", output_dir=Path("a run; rm"), overwrite=True))
    with pytest.raises(RunFolderError) as caught:
        training.require_folder(training.params)
    assert "add that of the file: --trainer.output_dir 'a run; rm' --trainer.overwrite" in str(caught.value)
    training.params.output_dir = Path("mine")
    training.require_folder(training.params)


def test_a_file_without_a_folder_needs_none(stored):
    training = StoredTraining(stored("file.json", output_dir=None))
    training.require_folder(training.params)
    assert training.params.output_dir is None


def test_a_folder_that_no_name_can_have_is_no_traceback(stored):
    data = json.loads(stored("file.json") and Path("file.json").read_text())
    Path("file.json").write_text(json.dumps(data | {"output_dir": "run\0"}))
    assert place(load_trainer_params("file.json")) == (None, False)


def test_a_file_that_lies_with_the_files_of_a_run_is_read_with_that_folder(stored, tmp_path):
    assert folders_read_with(stored("run/trainer_params.json")) == []
    (tmp_path / "run" / "status.json").write_text("{}")
    assert folders_read_with("run/trainer_params.json") == [Path("run")]


CONFIG = {
    "nothing on the line": ({}, [], True),
    "folder on the line": ({}, ["output_dir"], True),
    "both on the line": ({}, ["output_dir", "overwrite"], False),
    "no replacement": ({"overwrite": False}, ["output_dir"], False),
    "no folder": ({"output_dir": None}, [], False),
}


@pytest.mark.parametrize("title", CONFIG)
def test_a_stored_file_as_config_is_held_to_the_same(stored, title):
    changes, named, refused = CONFIG[title]
    path = stored("elsewhere/trainer_params.json", **changes)
    params = load_trainer_params(path)
    params.output_dir, params.overwrite = changes.get("output_dir", Path("run")), changes.get("overwrite", True)
    expected = pytest.raises(RunFolderError, match="--trainer.output_dir run --trainer.overwrite")
    with expected if refused else nullcontext():
        require_named_folder(params, [path], named)


def test_what_people_write_into_a_config_counts(stored, tmp_path):
    (tmp_path / "mine.yaml").write_text("trainer:\n  output_dir: run\n  overwrite: true\n")
    params = load_trainer_params(stored("file.json"), output_dir="run", overwrite=True)
    require_named_folder(params, [os.fspath(tmp_path / "mine.yaml")])
