import math

import pytest

from tfaip.trainer.run.best_model import BestModel


@pytest.mark.parametrize(("mode", "values", "best"), [("min", [3, 2, 2, 4], 2), ("max", [1, 5, 5, 2], 2)])
def test_only_a_strictly_better_value_replaces_the_best(mode, values, best):
    model = BestModel(mode, "val_loss")
    improved = [epoch for epoch, value in enumerate(values, start=1) if model.update(epoch, {"val_loss": value})]
    assert improved == [1, 2]
    assert model.epoch == best


def test_nan_and_epochs_without_validation_are_never_the_best():
    model = BestModel("min", "val_loss")
    assert not model.update(1, {"val_loss": math.nan})
    assert not model.update(2, {"loss": 0.1})
    assert model.update(3, {"val_loss": 5.0})


def test_a_restored_state_goes_on():
    former = BestModel("max", "val_acc")
    former.update(4, {"val_acc": 0.9})
    model = BestModel("max", "val_acc")
    model.restore(former.state())
    assert not model.update(5, {"val_acc": 0.9})
    assert (model.value, model.epoch) == (0.9, 4)


def test_a_state_of_another_log_is_not_compared_with():
    model = BestModel("min", "val_loss")
    model.restore(BestModel("max", "val_acc").state() | {"value": 0.9, "epoch": 3})
    assert model.update(4, {"val_loss": 0.5})
