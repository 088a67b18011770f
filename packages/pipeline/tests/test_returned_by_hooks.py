"""A hook that returns something else ends in one sentence that names class, hook and result."""

import pytest
from pipeline_cases import AddNoise, AddNoiseParams, Data, NumbersParams, batches_of, make_pipeline

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import HookError
from tfaip.pipeline.generators import (
    BudgetedListsGenerator,
    BudgetedListsGeneratorParams,
    ListFileGenerator,
    ListFileGeneratorParams,
)

BUCKETS = {"bucket_boundaries": [2, 4], "bucket_batch_sizes": [5, 4, 3]}


@pytest.mark.parametrize(
    ("hook", "value", "message"),
    [
        ("_padding_values", None, "a dict of values by key, got None: is its `return` missing?"),
        ("_padding_values", -1.0, "a dict of values by key, got -1.0"),
        ("data_pipeline_cls", None, "a class, got None"),
        ("element_length_fn", 3, "a function of a sample, got 3"),
    ],
)
def test_of_data(monkeypatch, hook, value, message):
    monkeypatch.setattr(Data, hook, lambda self: value)
    with pytest.raises(HookError, match=rf"^Data\.{hook} must return {message}"):
        batches_of(make_pipeline(generator=NumbersParams(count=8), **BUCKETS))


def test_of_a_processor_that_is_asked_whether_it_preloads(monkeypatch):
    monkeypatch.setattr(AddNoise, "supports_preload", lambda self: None)
    with pytest.raises(HookError, match=r"^AddNoise\.supports_preload must return True or False, got None"):
        make_pipeline(AddNoiseParams()).as_preloaded()


@pytest.mark.parametrize(
    ("base", "params", "given"),
    [
        (ListFileGenerator, ListFileGeneratorParams, {}),
        (BudgetedListsGenerator, BudgetedListsGeneratorParams, {"length_files": ["a.lst"]}),
    ],
)
def test_of_a_generator_of_lists(tmp_path, monkeypatch, base, params, given):
    (tmp_path / "a.lst").write_text("3 a\n5 b\n")
    monkeypatch.chdir(tmp_path)
    mine = type("Mine", (base,), {"sample": lambda self, *_: None})
    generator = mine(PipelineMode.TRAINING, params(lists=["a.lst"], **given))
    with pytest.raises(HookError, match=r"^Mine\.sample must return a Sample, got None"):
        list(generator.generate())
