import pytest

from tfaip.trainer.folder.growing_files import cut_back, end_last_line, sizes


def test_what_was_appended_since_is_cut_off(tmp_path):
    kept, new = tmp_path / "metrics.jsonl", tmp_path / "events" / "new"
    kept.write_text("one\n")
    new.parent.mkdir()
    former = sizes(tmp_path, [kept, new])
    kept.write_text("one\ntwo\n")
    new.write_text("three\n")
    cut_back(tmp_path, [kept, new], former)
    assert kept.read_text() == "one\n"
    assert new.read_text() == ""


def test_a_file_that_the_user_removed_stays_removed(tmp_path):
    gone = tmp_path / "train.log"
    cut_back(tmp_path, [gone], {"train.log": 3})
    assert not gone.exists()


def test_a_file_that_the_user_shortened_is_not_padded(tmp_path):
    file = tmp_path / "train.log"
    file.write_text("ab")
    cut_back(tmp_path, [file], {"train.log": 10})
    assert file.read_text() == "ab"


@pytest.mark.parametrize(
    ("before", "after"), [(b"", b""), (b"a\n", b"a\n"), (b"a\nb", b"a\nb\n"), (b"\xff", b"\xff\n")]
)
def test_a_line_that_was_cut_off_is_ended(tmp_path, before, after):
    file = tmp_path / "train.log"
    end_last_line(file)
    file.write_bytes(before)
    end_last_line(file)
    assert file.read_bytes() == after
