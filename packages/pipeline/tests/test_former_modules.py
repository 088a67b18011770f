"""Modules that moved can be imported by their former names."""

import sys
from importlib import import_module

import pytest

from tfaip.pipeline.former_modules import FORMER_MODULES


@pytest.mark.parametrize("former", FORMER_MODULES)
def test_the_former_name_of_a_module_is_the_module_itself(former, monkeypatch):
    monkeypatch.delitem(sys.modules, former, raising=False)
    with pytest.warns(DeprecationWarning, match=f"{former} moved"):
        assert import_module(former) is import_module(FORMER_MODULES[former])


@pytest.mark.parametrize(
    ("module", "names"),
    {
        "array_spec": "ArraySpec as_array_spec as_array_specs",
        "batch": "Arrays Batch",
        "counters": "CONSUMER WORKERS Counters SegmentCounters",
        "data_base": "DataBase",
        "data_generator": "DataGenerator is_indexable length_of",
        "data_pipeline_params": "DataPipelineParams require_integer",
        "data_processor": "DataProcessor GeneratingDataProcessor MappingDataProcessor",
        "mode": "GENERAL INPUT_PROCESSOR TARGETS_PROCESSOR PipelineMode",
        "process_count": "available_cores",
        "randomness": "SampleIdentity pass_generator pass_order",
        "resources": "RESOURCES_FOLDER export_resources find_resources resource",
        "single_samples": "SingleSamples",
        "user_code": "as_error substitute_for in_words",
    }.items(),
)
@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_a_former_module_has_its_names(module, names):
    assert [name for name in names.split() if not hasattr(import_module(f"tfaip.pipeline.{module}"), name)] == []
