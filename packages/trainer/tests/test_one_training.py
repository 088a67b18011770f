"""Trainings of one process: one at a time, alike whenever they come, and without warnings."""

import logging
import threading

import keras
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.params import UserError
from tfaip.trainer import ConcurrentTrainingError, RunFolder


class During(keras.callbacks.Callback):
    """Does something once, after the first epoch of a training."""

    def __init__(self, action):
        super().__init__()
        self.action = action

    def on_epoch_end(self, epoch, logs=None):
        if epoch == 0:
            self.action()


def train(params, *callbacks):
    trainer = PointsScenario.create_trainer(params)
    trainer.callbacks.extend(callbacks)
    return trainer.train()


def in_thread(action):
    thread = threading.Thread(target=action)
    thread.start()
    thread.join()


@pytest.mark.parametrize("where", ["in a callback", "in a thread"])
@pytest.mark.parametrize("how", ["train", "resume"])
@pytest.mark.takes_long
def test_a_training_is_refused_while_another_runs_and_changes_nothing(points_params, train_alone, where, how):
    other = points_params("other", epochs=1)
    found = []

    def start():
        try:
            getattr(PointsScenario.create_trainer(other), how)()
        except UserError as error:
            found.append(error)

    action = start if where == "in a callback" else lambda: in_thread(start)
    logs = train(points_params(None, epochs=2), During(action))
    (error,) = found
    assert isinstance(error, ConcurrentTrainingError)
    assert "one training at a time" in str(error)
    assert not RunFolder(other.output_dir).trainer_params.exists()
    assert logs == train_alone


@pytest.fixture(scope="module")
def train_alone(tmp_path_factory):
    """Logs of two epochs of the points, trained before anything else in this module."""
    params = PointsScenario.default_trainer_params()
    params.epochs, params.random_seed, params.progress, params.learning_rate.lr = 2, 5, "off", 0.02
    params.gen.setup.train.num_processes = params.gen.setup.val.num_processes = 0
    params.gen.setup.train.batch_size = 10
    params.gen.val.seed, params.gen.val.count = 1, 30
    return PointsScenario.create_trainer(params).train()


@pytest.mark.parametrize("error", [RuntimeError, KeyboardInterrupt])
def test_the_next_training_is_allowed_after_one_that_failed(points_params, train_alone, error):
    def fail():
        raise error("stop")

    with pytest.raises(error):
        train(points_params(None, epochs=2), During(fail))
    assert train(points_params(None, epochs=2)) == train_alone


@pytest.mark.takes_long
def test_six_trainings_predictions_and_evaluations_of_a_process_give_no_warning_of_retracing(points_params):
    texts = []
    handler = logging.Handler()
    handler.emit = lambda record: texts.append(record.getMessage())
    logging.getLogger("tensorflow").addHandler(handler)
    try:
        logs = [_train_and_evaluate(points_params, number) for number in range(6)]
    finally:
        logging.getLogger("tensorflow").removeHandler(handler)
    assert [text for text in texts if "retracing" in text] == []
    assert logs == [logs[0]] * 6


def _train_and_evaluate(points_params, number):
    params = points_params(
        f"run_{number}",
        epochs=1,
        train_accum_steps=3,
        ema_decay=0.9,
        evaluate_validation=number % 2 == 1,
        lav_every_n=1,
    )
    logs = train(params)
    return {name: value for name, value in logs.items() if not name.startswith("val_")}
