"""Values that a pipeline can't have are named with their field and the rule."""

import numpy as np
import pytest
from pipeline_cases import make_pipeline

from tfaip.pipeline import DataPipelineParams
from tfaip.pipeline.errors import DefinitionError

INTEGERS = {
    "batch_size": 1,
    "limit": -1,
    "shuffle_buffer_size": -1,
    "num_processes": -1,
    "prefetch": -1,
    "max_tasks_per_process": 0,
}


@pytest.mark.parametrize(("name", "least"), INTEGERS.items())
@pytest.mark.parametrize("value", [None, "8", 8.0, True, []])
def test_integers_are_required(name, least, value):
    with pytest.raises(DefinitionError) as caught:
        DataPipelineParams(**{name: value}).validate()
    assert str(caught.value) == f"{name} must be an integer >= {least}, got {value!r}"


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        ("sample_timeout", None, "sample_timeout must be a number >= 0, got None"),
        ("sample_timeout", float("nan"), "sample_timeout must be a number >= 0, got nan"),
        ("sample_timeout", "1", "sample_timeout must be a number >= 0, got '1'"),
        ("batch_drop_remainder", "no", "batch_drop_remainder must be True or False, got 'no'"),
        ("batch_drop_remainder", None, "batch_drop_remainder must be True or False, got None"),
        ("on_bad_sample", None, "on_bad_sample must be one of raise, skip, got None"),
        ("on_worker_death", [], r"on_worker_death must be one of raise, restart, got []"),
        ("bucket_boundaries", None, "bucket_boundaries must be a list of integers, got None"),
        ("bucket_boundaries", "12", "bucket_boundaries must be a list of integers, got '12'"),
        ("bucket_boundaries", [3, None], "bucket_boundaries must be a list of integers, got [3, None]"),
        ("bucket_batch_sizes", 4, "bucket_batch_sizes must be a list of integers, got 4"),
        ("bucket_batch_sizes", [2.5], "bucket_batch_sizes must be a list of integers, got [2.5]"),
    ],
)
def test_other_values_are_required_too(name, value, message):
    with pytest.raises(DefinitionError) as caught:
        make_pipeline(**{name: value})
    assert str(caught.value) == message


def test_numbers_of_numpy_are_numbers():
    with make_pipeline(batch_size=np.int64(3), limit=np.uint8(7)).generate_input_batches(repeat=False) as batches:
        assert [batch.size for batch in batches] == [3, 3, 1]


@pytest.mark.parametrize("seed", [None, 1.5])
def test_the_seed_is_an_integer(seed):
    with pytest.raises(DefinitionError, match=f"^seed must be an integer >= 0, got {seed}"):
        make_pipeline(seed=seed)


def test_processes_for_post_processing_are_an_integer():
    with pytest.raises(DefinitionError, match="^num_processes must be an integer >= 0, got None"):
        make_pipeline().process_output([], num_processes=None)


@pytest.mark.parametrize("name", ["batch_size", "limit", "shuffle_buffer_size", "prefetch", "num_processes"])
@pytest.mark.parametrize("use", ["open_batches", "samples", "process_output", "as_preloaded"])
def test_a_value_that_is_set_after_the_pipeline_was_made_is_checked_when_it_is_used(name, use):
    pipeline = make_pipeline()
    setattr(pipeline.pipeline_params, name, None)
    uses = {
        "open_batches": pipeline.open_batches,
        "samples": lambda: pipeline.generate_input_samples().__enter__(),
        "process_output": lambda: pipeline.process_output([]),
        "as_preloaded": pipeline.as_preloaded,
    }
    with pytest.raises(DefinitionError, match=f"^{name} must be an integer"):
        uses[use]()
