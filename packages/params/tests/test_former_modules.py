"""Modules of an earlier state can be imported by their former names."""

from importlib import import_module

import pytest

from tfaip.params.former_modules import FORMER_MODULES


@pytest.mark.parametrize("former", FORMER_MODULES)
@pytest.mark.filterwarnings("ignore:.* moved:DeprecationWarning")
def test_a_module_that_moved_is_found_by_its_former_name(former):
    assert import_module(former) is import_module(FORMER_MODULES[former])
