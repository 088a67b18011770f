"""What a resumed run keeps of the machine that it began on."""

import pytest

from tfaip.model import DeviceConfigParams
from tfaip.trainer.run import machine


@pytest.fixture(autouse=True)
def four_cores(monkeypatch):
    monkeypatch.setattr(machine, "available_cores", lambda: 4)


def kept(former, **params):
    device = DeviceConfigParams(**{"intra_op_threads": 0, "inter_op_threads": 0, **params})
    machine.keep_threads(device, former)
    return device.intra_op_threads, device.inter_op_threads


def test_threads_that_tensorflow_chose_on_another_machine_are_kept():
    assert kept({"intra_op_threads": 1, "inter_op_threads": 16}) == (1, 16)


def test_a_count_that_is_asked_for_wins():
    assert kept({"intra_op_threads": 1, "inter_op_threads": 16}, inter_op_threads=2) == (1, 2)


def test_where_tensorflow_would_choose_the_same_it_is_left_to_do_so():
    assert kept({"intra_op_threads": 4, "inter_op_threads": 4}) == (0, 0)


def test_checkpoints_that_do_not_tell_change_nothing():
    assert kept({}) == (0, 0)


def test_differences_name_what_was_and_what_is():
    former = {"processor": "abacus", "python": "3.11.1"}
    assert machine.differences(former, {"processor": "abacus", "python": "3.13.0", "keras": "3.15"}) == [
        "python 3.11.1 -> 3.13.0"
    ]


def test_a_machine_tells_whether_onednn_was_chosen(monkeypatch):
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "0")
    former = machine.describe_machine()
    monkeypatch.setenv("TF_ENABLE_ONEDNN_OPTS", "1")
    assert machine.differences(former, machine.describe_machine()) == ["onednn off -> on"]
