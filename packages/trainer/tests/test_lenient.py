"""Files of other versions, read for a new training."""

import json

import pytest

from tfaip.params import ParamsError, save
from tfaip.trainer.cli.train_from_params import _read


@pytest.fixture
def of_another_version(points_params, tmp_path):
    path = tmp_path / "trainer_params.json"
    save(points_params(), path)
    data = json.loads(path.read_text())
    path.write_text(json.dumps({**data, "epochs": 7, "checkpoint_sub_dir": "", "keep_checkpoints": None}))
    return path


def test_a_file_with_unknown_keys_is_refused_with_the_way_out(of_another_version):
    with pytest.raises(ParamsError, match=r"(?s)checkpoint_sub_dir.*--lenient leaves out what is unknown today"):
        _read(str(of_another_version), [], lenient=False)


def test_on_request_unknown_keys_are_left_out_and_named(of_another_version):
    stored, left_out = _read(str(of_another_version), [], lenient=True)
    assert stored.params.epochs == 7
    assert stored.params.keep_checkpoints == 2
    assert any("checkpoint_sub_dir" in text for text in left_out)
    assert any("keep_checkpoints" in text for text in left_out)
