"""Files that an earlier version has written name classes by where they were defined then."""

import json

import pytest

from tfaip.params import LoadError, from_json, to_json
from tfaip.pipeline import (
    ComposedProcessorPipelineParams,
    DataBaseParams,
    DataGeneratorParams,
    DataPipelineParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.generators import (
    BudgetedListsGeneratorParams,
    CSVGeneratorParams,
    InMemoryGeneratorParams,
    ListFileGeneratorParams,
)
from tfaip.pipeline.processors import CTCTargetsParams

FORMER = {
    "tfaip.pipeline.data_pipeline_params:DataPipelineParams": DataPipelineParams,
    "tfaip.pipeline.generators.budgeted_lists:BudgetedListsGeneratorParams": BudgetedListsGeneratorParams,
    "tfaip.pipeline.generators.csv_file:CSVGeneratorParams": CSVGeneratorParams,
    "tfaip.pipeline.generators.in_memory:InMemoryGeneratorParams": InMemoryGeneratorParams,
    "tfaip.pipeline.generators.list_file_params:ListFileGeneratorParams": ListFileGeneratorParams,
    "tfaip.pipeline.processor_pipeline_params:ComposedProcessorPipelineParams": ComposedProcessorPipelineParams,
    "tfaip.pipeline.processor_pipeline_params:SequentialProcessorPipelineParams": SequentialProcessorPipelineParams,
    "tfaip.pipeline.processors.ctc_targets_params:CTCTargetsParams": CTCTargetsParams,
}
FORMER_BASES = {
    "tfaip.pipeline.data_base_params:DataBaseParams": DataBaseParams,
    "tfaip.pipeline.data_generator_params:DataGeneratorParams": DataGeneratorParams,
    "tfaip.pipeline.data_processor_params:DataProcessorParams": DataProcessorParams,
    "tfaip.pipeline.processor_pipeline_params:DataProcessorPipelineParams": DataProcessorPipelineParams,
}


@pytest.mark.parametrize("tag", FORMER)
def test_a_file_with_a_former_tag_loads(tag):
    cls = FORMER[tag]
    stored = json.loads(to_json(cls()))
    stored["__cls__"] = tag
    assert from_json(cls, json.dumps(stored)) == cls()


@pytest.mark.parametrize("tag", FORMER_BASES)
def test_a_former_tag_of_a_base_class_is_known_and_refused(tag):
    with pytest.raises(LoadError, match="is abstract"):
        from_json(FORMER_BASES[tag], json.dumps({"__cls__": tag}))
