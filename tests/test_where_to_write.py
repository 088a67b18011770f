"""A stored file doesn't decide where a command writes."""

import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import save
from tfaip.trainer.cli import train, train_from_params

POINTS = "tfaip.model.testing.points"


@pytest.fixture
def stored(tmp_path, monkeypatch):
    """Parameters of somebody, who wants a folder of mine to be replaced."""
    monkeypatch.chdir(tmp_path)
    params = PointsScenario.default_trainer_params()
    PointsScenario.tagged(params.scenario)
    params.output_dir, params.overwrite = tmp_path / "mine", True
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "trainer_params.json").write_text("{}")
    (tmp_path / "mine" / "status.json").write_text('{"state": "finished"}')
    save(params, tmp_path / "theirs.json")
    return str(tmp_path / "theirs.json")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "add that of the file: --trainer.output_dir {mine} --trainer.overwrite"),
        (["--trainer.overwrite"], "add that of the file: --trainer.output_dir {mine} --trainer.overwrite"),
        (["--trainer.output_dir", "mine"], "mine holds a run already"),
    ],
)
def test_the_words_that_name_the_folder_are_asked_for(stored, tmp_path, capsys, words, message):
    with pytest.raises(SystemExit) as ended:
        train_from_params.main([stored, *words])
    assert ended.value.code == 2
    assert message.format(mine=tmp_path / "mine") in capsys.readouterr().err
    assert {path.name for path in (tmp_path / "mine").iterdir()} - {".lock"} == {"trainer_params.json", "status.json"}


@pytest.mark.parametrize("words", [[], ["--trainer.overwrite"], ["--trainer.output_dir", "mine"]])
def test_a_stored_file_as_config_is_asked_for_the_same(stored, tmp_path, capsys, words):
    with pytest.raises(SystemExit) as ended:
        train.main([POINTS, "--config", stored, *words])
    assert ended.value.code == 2
    assert "a file doesn't decide where to write" in capsys.readouterr().err
    assert (tmp_path / "mine" / "status.json").exists()
