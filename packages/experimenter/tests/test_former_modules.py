"""Code of version 0.1: each module is found by its name of then, with the names that it had."""

from __future__ import annotations

import importlib
import warnings

import pytest

from tfaip.experimenter.former_modules import FORMER_MODULES

# A public name of each module that moved.
NAMES = {
    "tfaip.experimenter.command_words": "quoted",
    "tfaip.experimenter.interpreter": "Interpreter",
    "tfaip.experimenter.main_metric": "main_metric",
    "tfaip.experimenter.plan": "read_plan",
    "tfaip.experimenter.queue.cleanup": "remove_checkpoints",
    "tfaip.experimenter.queue.log_tail": "log_tail",
    "tfaip.experimenter.run_files": "end_of_file",
    "tfaip.experimenter.run_progress": "read_progress",
    "tfaip.experimenter.sheet.switches": "is_on",
    "tfaip.experimenter.slots": "read_slots",
    "tfaip.experimenter.status": "workbook_snapshot",
    "tfaip.experimenter.updating_listener": "UpdatingListener",
    "tfaip.experimenter.views.durations": "duration",
    "tfaip.experimenter.views.metrics": "metric_text",
}


def test_each_module_that_moved_is_in_the_table() -> None:
    assert NAMES.keys() == FORMER_MODULES.keys()


@pytest.mark.parametrize("former", NAMES)
def test_a_module_is_imported_by_its_former_name(former: str) -> None:
    with pytest.warns(DeprecationWarning, match=former):
        found = importlib.import_module(former)
    assert found is importlib.import_module(FORMER_MODULES[former])
    assert hasattr(found, NAMES[former])


def test_no_module_of_ours_imports_by_a_former_name() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error", DeprecationWarning)
        importlib.import_module("tfaip.experimenter.cli.command")
