"""Keras callbacks in a training."""

import logging

import keras
import pytest

from tfaip.model.testing.points.scenario import PointsScenario
from tfaip.trainer import CallbackError, RunFolder, Trainer


class Told(keras.callbacks.Callback):
    """Remembers what it is told."""

    def __init__(self):
        super().__init__()
        self.calls = []
        self.logs = []

    def on_train_begin(self, logs=None):
        self.calls.append("train begins")

    def on_train_end(self, logs=None):
        self.calls.append("train ends")

    def on_epoch_begin(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} begins")

    def on_epoch_end(self, epoch, logs=None):
        self.calls.append(f"epoch {epoch} ends")
        self.logs.append(dict(logs))

    def on_test_begin(self, logs=None):
        self.calls.append("test begins")

    def on_test_end(self, logs=None):
        self.calls.append(f"test ends with {' '.join(sorted(logs))}")


class CountingBatches(Told):
    """Remembers batches too."""

    def on_train_batch_begin(self, batch, logs=None):
        self.calls.append(f"batch {batch} begins")

    def on_train_batch_end(self, batch, logs=None):
        self.calls.append(f"batch {batch} ends")
        self.logs.append(dict(logs))


def train(params, *callbacks):
    trainer = PointsScenario.create_trainer(params)
    trainer.callbacks.extend(callbacks)
    return trainer.train()


def test_a_callback_is_told_of_training_epochs_and_validation_with_all_logs(points_params):
    told = Told()
    logs = train(points_params(None, epochs=2), told)
    assert told.calls == [
        "train begins",
        *["epoch 0 begins", "test begins", "test ends with acc ce loss", "epoch 0 ends"],
        *["epoch 1 begins", "test begins", "test ends with acc ce loss", "epoch 1 ends"],
        "train ends",
    ]
    assert told.logs[-1] == logs


@pytest.mark.takes_long
def test_one_step_a_call_makes_one_call_a_batch(points_params):
    told = CountingBatches()
    train(points_params(None, epochs=1, steps_per_call=1), told)
    batches = [call for call in told.calls if call.startswith("batch")]
    assert batches == [f"batch {number} {what}" for number in range(5) for what in ("begins", "ends")]
    assert set(told.logs[0]) == {"loss", "ce", "acc", "lr"}


def test_many_steps_a_call_make_one_call_for_all_of_them_and_that_is_said(points_params, caplog):
    told = CountingBatches()
    with caplog.at_level(logging.INFO):
        train(points_params(None, epochs=1, steps_per_call=3), told)
    batches = [call for call in told.calls if call.startswith("batch")]
    assert batches == ["batch 0 begins", "batch 2 ends", "batch 3 begins", "batch 4 ends"]
    assert "CountingBatches: batch hooks are called once for many steps" in caplog.text


def test_callbacks_don_t_change_the_training(points_params):
    assert train(points_params(None), Told(), keras.callbacks.History()) == train(points_params(None))


def test_stop_training_at_the_end_of_an_epoch_ends_the_training(points_params):
    params = points_params(epochs=9)
    stop = keras.callbacks.LambdaCallback(on_epoch_end=lambda epoch, logs: setattr(stop.model, "stop_training", True))
    train(params, stop)
    assert len(RunFolder(params.output_dir).metrics.read_text().splitlines()) == 1
    assert "after epoch 1 of 9: a Keras callback has set stop_training" in RunFolder(params.output_dir).log.read_text()


def test_stop_training_after_a_batch_ends_the_epoch_there(points_params):
    told = CountingBatches()
    stop = keras.callbacks.LambdaCallback(
        on_train_batch_end=lambda batch, logs: setattr(stop.model, "stop_training", batch == 1)
    )
    logs = train(points_params(None, epochs=9, steps_per_call=1), told, stop)
    assert [call for call in told.calls if "ends" in call] == [
        *["batch 0 ends", "batch 1 ends", "test ends with acc ce loss", "epoch 0 ends", "train ends"]
    ]
    assert "val_acc" in logs


def test_the_model_of_a_callback_has_weights_optimizer_and_prediction(points_params, tmp_path):
    weights = tmp_path / "epoch.weights.h5"
    saved = keras.callbacks.ModelCheckpoint(str(weights), save_weights_only=True)
    csv = keras.callbacks.CSVLogger(str(tmp_path / "log.csv"))
    board = keras.callbacks.TensorBoard(str(tmp_path / "board"))
    seen = []

    def look(epoch, logs):
        outputs = look_callback.model({"point": keras.ops.zeros((2, 2))})
        seen.append((outputs["class"].shape, int(look_callback.model.optimizer.iterations)))

    look_callback = keras.callbacks.LambdaCallback(on_epoch_end=look)
    train(points_params(None, epochs=2), saved, csv, board, look_callback)
    assert seen == [((2,), 5), ((2,), 10)]
    assert weights.exists()
    assert (tmp_path / "log.csv").read_text().startswith("epoch,acc,ce,loss,lr,val_acc,val_ce,val_loss")


def test_early_stopping_of_keras_goes_by_the_logs_of_the_validation(points_params):
    params = points_params(None, epochs=9)
    params.learning_rate.lr = 0.0
    told = Told()
    train(params, keras.callbacks.EarlyStopping(monitor="val_loss", patience=2), told)
    assert told.calls.count("test begins") == 3


def test_a_callback_that_sets_the_learning_rate_is_told_that_the_schedule_does(points_params, caplog):
    train(points_params(None, epochs=1), keras.callbacks.LearningRateScheduler(lambda epoch: 0.5))
    assert "the schedule sets it at each step" in caplog.text


def test_an_error_in_a_callback_ends_the_training_as_it_was_raised(points_params):
    def broken(epoch, logs):
        raise LookupError("no such epoch")

    with pytest.raises(LookupError, match="no such epoch"):
        train(points_params(None), keras.callbacks.LambdaCallback(on_epoch_end=broken))


def test_saving_the_whole_model_is_refused_with_what_to_do(points_params, tmp_path):
    with pytest.raises(CallbackError, match=r"best/ and export/; `save_weights_only=True` saves its weights"):
        train(points_params(None), keras.callbacks.ModelCheckpoint(str(tmp_path / "model.keras")))


def test_a_trainer_can_create_callbacks_of_its_own(points_params, monkeypatch):
    told = Told()

    class TrainerWithCallbacks(Trainer):
        def create_callbacks(self):
            return [*super().create_callbacks(), told]

    monkeypatch.setattr(PointsScenario, "trainer_cls", classmethod(lambda cls: TrainerWithCallbacks))
    other = Told()
    train(points_params(None, epochs=1), other)
    assert told.calls == other.calls
    assert told.calls[-1] == "train ends"


def test_a_callback_sees_the_models_written_and_hears_how_the_run_ends(points_params):
    class Seeing(keras.callbacks.Callback):
        def __init__(self, folder, fails=False):
            super().__init__()
            self.folder, self.fails, self.seen = folder, fails, []

        def on_epoch_end(self, epoch, logs=None):
            if self.fails:
                raise ZeroDivisionError

        def on_train_end(self, logs=None):
            self.seen += [path.name for path in (self.folder / "best", self.folder / "export") if path.is_dir()]

        def on_train_stopped(self, how):
            self.seen.append(how)

    params = points_params(epochs=1)
    whole, broken = Seeing(params.output_dir), Seeing(params.output_dir, fails=True)
    train(params, whole)
    assert whole.seen == ["best", "export", "finished"]
    params.overwrite = True
    with pytest.raises(ZeroDivisionError):
        train(params, broken)
    assert broken.seen == ["failed"]
