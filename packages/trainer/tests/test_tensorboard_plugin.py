import logging
from importlib.metadata import entry_points

import pytest
from tensorboard.plugins.base_plugin import TBLoader

from tfaip.trainer.reporting.tensorboard_plugin import is_no_folder_of_checkpoints


def record(message, *args):
    return logging.LogRecord("tensorflow", logging.WARNING, "", 0, message, args, None)


@pytest.fixture
def run(tmp_path):
    (tmp_path / "run" / "checkpoint").mkdir(parents=True)
    (tmp_path / "run" / "events").mkdir()
    return tmp_path / "run"


def test_tensorboard_says_nothing_of_the_folder_of_checkpoints(run):
    # As tf.train.latest_checkpoint logs them.
    error = f"{run}/checkpoint; Is a directory"
    assert not is_no_folder_of_checkpoints(record("%s: %s", "FailedPreconditionError", error))
    assert not is_no_folder_of_checkpoints(record("%s: Checkpoint ignored", f"{run}/events/../checkpoint"))


def test_all_else_is_still_logged(run, tmp_path):
    (tmp_path / "checkpoint").write_text("a broken index")
    assert is_no_folder_of_checkpoints(record("%s: Checkpoint ignored", f"{tmp_path}/checkpoint"))
    assert is_no_folder_of_checkpoints(record("%s: %s", "FailedPreconditionError", f"{run}/events; Is a directory"))
    assert is_no_folder_of_checkpoints(record("retracing"))


def test_tensorboard_finds_it():
    (found,) = entry_points(group="tensorboard_plugins", name="tfaip_run_folders")
    assert issubclass(found.load(), TBLoader)


def test_the_complaint_of_this_tensorflow_is_the_one_that_is_known(run):
    import tensorflow as tf

    logger, complaints = logging.getLogger("tensorflow"), []

    class Complaints(logging.Handler):
        def emit(self, record):
            complaints.append(record)

    logger.addHandler(handler := Complaints())
    try:
        assert tf.train.latest_checkpoint(str(run)) is None
    finally:
        logger.removeHandler(handler)
    assert complaints
    assert not any(map(is_no_folder_of_checkpoints, complaints))
