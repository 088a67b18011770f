"""Ways of batching, limits, and orders."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from kinds_of_workers import WORKERS
from pipeline_cases import (
    BatchedParams,
    DropEveryParams,
    NumbersParams,
    PairUpParams,
    RepeatParams,
    StreamParams,
    batches_of,
    flat,
    make_pipeline,
)

from tfaip.pipeline import DataPipelineParams, PipelineMode
from tfaip.pipeline.errors import DefinitionError, EmptyPassError
from tfaip.pipeline.generators.budgeted_lists import batches_by_budget
from tfaip.pipeline.running.buckets import default_bucket_sizes


def evaluate(*processors, **settings):
    return make_pipeline(*processors, mode=PipelineMode.EVALUATION, **settings)


def indices(pipeline, **options):
    return [[meta["index"] for meta in metas] for _, metas, _ in batches_of(pipeline, **options)]


def test_the_last_batch_is_smaller_or_dropped():
    generator = NumbersParams(count=10)
    assert indices(evaluate(generator=generator)) == [[0, 1, 2, 3], [4, 5, 6, 7], [8, 9]]
    assert indices(evaluate(generator=generator, batch_drop_remainder=True)) == [[0, 1, 2, 3], [4, 5, 6, 7]]


def test_batches_are_full_although_samples_are_dropped():
    assert indices(evaluate(DropEveryParams(), generator=NumbersParams(count=10))) == [[1, 2, 4, 5], [7, 8]]


@pytest.mark.parametrize("generator", [NumbersParams(count=10), StreamParams(count=10)])
@pytest.mark.parametrize(("limit", "expected"), [(-1, 10), (0, 0), (3, 3), (99, 10)])
def test_the_limit_counts_samples_of_the_generator(generator, limit, expected):
    assert sum(map(len, indices(evaluate(generator=generator, limit=limit)))) == expected
    in_training = indices(make_pipeline(generator=generator, limit=limit))
    assert sorted(flat(in_training)) == list(range(expected))


@pytest.mark.parametrize("generator", [NumbersParams(count=40), StreamParams(count=40)])
def test_only_training_shuffles_and_it_can_be_switched_off(generator):
    ordered = list(range(40))
    assert flat(indices(make_pipeline(generator=generator))) != ordered
    assert flat(indices(make_pipeline(generator=generator, shuffle_buffer_size=0))) == ordered
    assert flat(indices(evaluate(generator=generator))) == ordered


def test_a_shuffled_stream_moves_samples_forward_by_less_than_its_buffer():
    order = flat(indices(make_pipeline(generator=StreamParams(count=100), shuffle_buffer_size=8)))
    assert sorted(order) == list(range(100))
    assert all(index < position + 8 for position, index in enumerate(order))


@pytest.mark.parametrize("workers", WORKERS)
def test_shards_share_the_data(workers):
    parts = [flat(indices(make_pipeline(**workers, generator=NumbersParams(count=17)), shard=(n, 3))) for n in range(3)]
    assert sorted(flat(parts)) == list(range(17))
    assert sorted(map(len, parts)) == [5, 6, 6]


@pytest.mark.parametrize("shard", [(3, 3), (-1, 2), (0, 0)])
def test_shards_that_do_not_exist_are_refused(shard):
    with pytest.raises(DefinitionError, match="0 <= index < number"):
        make_pipeline().open_batches(shard=shard)


def test_buckets_hold_similar_lengths():
    pipeline = evaluate(generator=NumbersParams(count=50), bucket_boundaries=[2, 4], bucket_batch_sizes=[5, 4, 3])
    for batch in indices(pipeline):
        lengths = [index % 5 + 1 for index in batch]
        bucket = {0 if length < 2 else 1 if length < 4 else 2 for length in lengths}
        assert len(bucket) == 1
        assert len(batch) <= [5, 4, 3][bucket.pop()]
    assert sorted(flat(indices(pipeline))) == list(range(50))


def test_automatic_bucket_sizes_hold_about_as_much():
    assert default_bucket_sizes(4, [10, 20, 40]) == [16, 8, 4, 4]
    assert default_bucket_sizes(4, []) == [4]


@given(st.lists(st.integers(0, 50), max_size=40), st.integers(1, 120), st.integers(1, 4))
def test_budgets_are_kept_and_no_sample_is_lost(lengths, budget, least):
    batches = batches_by_budget(lengths, budget, min_batch_size=least)
    assert sorted(index for batch in batches for index in batch) == list(range(len(lengths)))
    for batch in batches:
        descending = [lengths[index] for index in batch]
        assert descending == sorted(descending, reverse=True)
        assert len(batch) * descending[0] <= budget or len(batch) <= least
    assert all(len(batch) >= least for batch in batches[:-1])


def test_a_batch_is_as_large_as_the_budget_allows():
    assert batches_by_budget([5, 1, 4, 4, 1, 1], 8) == [[0], [2, 3], [1, 4, 5]]


@pytest.mark.parametrize(("lengths", "options"), [([1], {"budget": 0}), ([-1], {"budget": 1})])
def test_budgets_that_cannot_be_are_refused(lengths, options):
    with pytest.raises(DefinitionError, match="must be >="):
        batches_by_budget(lengths, **options)


@pytest.mark.parametrize(
    ("settings", "steps"),
    [({}, 5), ({"batch_size": 3}, 7), ({"batch_size": 3, "batch_drop_remainder": True}, 6), ({"limit": 5}, 2)],
)
@pytest.mark.parametrize("generator", [NumbersParams(), StreamParams()])
def test_steps_per_epoch_are_the_batches_of_a_pass(settings, steps, generator):
    pipeline = make_pipeline(generator=generator, **settings)
    assert pipeline.steps_per_epoch() == len(pipeline) == len(batches_of(pipeline)) == steps


@pytest.mark.parametrize(
    "pipeline",
    [
        make_pipeline(generator=StreamParams(knows_length=False)),
        make_pipeline(RepeatParams()),
        make_pipeline(PairUpParams()),
        make_pipeline(bucket_boundaries=[3]),
    ],
)
def test_steps_per_epoch_are_not_guessed(pipeline):
    assert pipeline.steps_per_epoch() is None
    with pytest.raises(TypeError):
        len(pipeline)


def test_a_generator_of_batches_knows_their_number():
    assert make_pipeline(generator=BatchedParams(count=7)).steps_per_epoch() == 7


def test_a_stream_processor_cannot_follow_a_generator_of_batches():
    with pytest.raises(DefinitionError, match="PairUp needs the whole stream .* Batched yields batches"):
        batches_of(make_pipeline(PairUpParams(), generator=BatchedParams()))


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"limit": 0}, r"there are no samples; they come from \w+Params\(.*"),
        ({"processors": [DropEveryParams(n=1)]}, "all samples were dropped or skipped .[0-9]+ so far"),
        ({"batch_size": 99, "batch_drop_remainder": True}, "batch_drop_remainder is set, and the samples fill no"),
    ],
    ids=["empty", "all dropped", "too few"],
)
def test_passes_without_a_batch_end_in_an_error_instead_of_never(settings, why, workers):
    settings = dict(settings)
    others = {name: value for name, value in settings.items() if name != "processors"}
    pipeline = make_pipeline(*settings.get("processors", []), **workers, **others)
    with pytest.raises(EmptyPassError, match=f"epoch 0 gave no batch: {why}"):
        batches_of(pipeline, repeat=True)
    assert batches_of(pipeline) == []


@pytest.mark.parametrize(
    ("settings", "message"),
    [
        ({"batch_size": 0}, "batch_size must be >= 1, got 0"),
        ({"num_processes": -2}, "num_processes must be >= -1, got -2"),
        ({"limit": -3}, "limit must be >= -1, got -3"),
        ({"prefetch": 0}, "prefetch must be >= 1, or -1"),
        ({"sample_timeout": -1.0}, "sample_timeout must be >= 0, got -1.0"),
        ({"on_bad_sample": "ignore"}, "on_bad_sample must be one of raise, skip, got 'ignore'"),
        ({"on_worker_death": "cry"}, "on_worker_death must be one of raise, restart, got 'cry'"),
        ({"bucket_boundaries": [3, 3]}, r"bucket_boundaries must be ascending and >= 1, got \[3, 3\]"),
        ({"bucket_boundaries": [0]}, r"bucket_boundaries must be ascending"),
        (
            {"bucket_boundaries": [3], "bucket_batch_sizes": [1]},
            "one entry per bucket, 2 for 1 bucket_boundaries, got 1",
        ),
        ({"bucket_boundaries": [3], "bucket_batch_sizes": [1, 0]}, r"bucket_batch_sizes must be >= 1, got \[1, 0\]"),
        ({"bucket_batch_sizes": [3, 4]}, "one entry per bucket, 1 for 0"),
    ],
)
def test_settings_that_cannot_be_are_refused_when_the_pipeline_is_built(settings, message):
    with pytest.raises(DefinitionError, match=message):
        DataPipelineParams(**settings).validate()
    with pytest.raises(DefinitionError, match=message):
        make_pipeline(**settings)


def test_negative_seeds_are_refused():
    with pytest.raises(DefinitionError, match="seed must be >= 0, got -1"):
        make_pipeline(seed=-1)
