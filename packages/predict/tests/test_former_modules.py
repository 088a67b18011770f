"""Code of version 0.1: modules are found by their former names."""

import importlib

import pytest

from tfaip.predict.former_modules import FORMER_MODULES


@pytest.mark.parametrize("former", FORMER_MODULES)
def test_a_module_is_imported_by_its_former_name(former):
    with pytest.warns(DeprecationWarning, match=former):
        found = importlib.import_module(former)
    assert found is importlib.import_module(FORMER_MODULES[former])
