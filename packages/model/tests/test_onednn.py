import sys
from importlib import reload

import pytest

import tfaip.model
from tfaip.model.runtime import backend

VARIABLE = "TF_ENABLE_ONEDNN_OPTS"


@pytest.fixture(autouse=True)
def environment(monkeypatch):
    """A process in which nobody has chosen, and TensorFlow was not loaded."""
    monkeypatch.setenv(VARIABLE, "to be taken back afterwards")
    monkeypatch.delenv(VARIABLE)
    monkeypatch.delitem(sys.modules, "tensorflow", raising=False)
    return monkeypatch


def test_tensorflow_is_told_to_use_it_before_it_is_loaded():
    assert backend.onednn_choice() == "automatic"
    reload(tfaip.model)
    assert backend.onednn_choice() == "on"


def test_what_the_user_has_chosen_stays(environment):
    environment.setenv(VARIABLE, "0")
    backend.prefer_onednn()
    assert backend.onednn_choice() == "off"


def test_a_loaded_tensorflow_has_chosen_already(environment):
    environment.setitem(sys.modules, "tensorflow", object())
    backend.prefer_onednn()
    assert backend.onednn_choice() == "automatic"
