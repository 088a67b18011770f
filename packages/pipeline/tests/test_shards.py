"""Sharded generators: their order, their parallel reading, their machines, and going on in the middle of a pass."""

import json
from collections import Counter
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_workers import KINDS, WORKERS
from pipeline_cases import (
    AddNoiseParams,
    DropEveryParams,
    MisbehaveParams,
    PairUpParams,
    RepeatParams,
    TellProcessParams,
    batches_of,
    contents,
    flat,
    make_pipeline,
)
from shard_cases import CallablesParams, ShardedParams, reads_of

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import DataError, DefinitionError, StateError

CHAINS = {
    "nothing": [],
    "mapping": [AddNoiseParams()],
    "dropping, one to n": [AddNoiseParams(), DropEveryParams(), RepeatParams(), AddNoiseParams()],
    "stream": [AddNoiseParams(), PairUpParams(), AddNoiseParams()],
}


def indices(batches):
    return [meta["index"] for _, metas, _ in batches for meta in metas]


@pytest.mark.parametrize(
    ("chain", "buckets"), [("nothing", []), ("mapping", []), ("dropping, one to n", [2, 4]), ("stream", [])]
)
def test_batches_of_shards_are_the_same_for_any_number_of_processes(chain, buckets):
    def batches(processes):
        pipeline = make_pipeline(
            *CHAINS[chain],
            generator=ShardedParams(),
            num_processes=processes,
            bucket_boundaries=buckets,
            shuffle_buffer_size=9,
            open_shards=4,
        )
        return batches_of(pipeline, repeat=True, limit=20)

    serial = batches(0)
    assert len(serial) == 20
    assert batches(3) == serial
    if chain == "mapping":
        assert batches(1) == serial


@settings(max_examples=60, deadline=None)
@given(
    chain=st.lists(st.sampled_from([AddNoiseParams(), DropEveryParams(), RepeatParams(), PairUpParams()]), max_size=2),
    sizes=st.lists(st.integers(0, 6), min_size=1, max_size=7).filter(lambda sizes: sum(sizes) > 8),
    batch_size=st.integers(1, 6),
    buckets=st.sampled_from([[], [3]]),
    buffer=st.sampled_from([0, 2, 5, 100]),
    open_shards=st.integers(1, 6),
    knows_length=st.booleans(),
    after=st.integers(0, 12),
)
def test_restored_pipelines_of_shards_go_on_with_the_next_batch(
    chain, sizes, batch_size, buckets, buffer, open_shards, knows_length, after
):
    def pipeline():
        return make_pipeline(
            *chain,
            generator=ShardedParams(sizes=sizes, knows_length=knows_length),
            batch_size=batch_size,
            bucket_boundaries=buckets,
            shuffle_buffer_size=buffer,
            open_shards=open_shards,
        )

    with pipeline().generate_input_batches(repeat=True) as batches:
        expected = [contents(next(batches)) for _ in range(after + 6)]
        state = json.loads(json.dumps(batches.state(after)))
    assert batches_of(pipeline(), state=state, repeat=True, limit=6) == expected[after:]


@pytest.mark.parametrize("workers", WORKERS)
def test_each_pass_has_all_samples_once_in_an_order_of_its_own(workers):
    pipeline = make_pipeline(generator=ShardedParams(sizes=[5] * 9), **workers, batch_size=5, shuffle_buffer_size=8)
    passes = [indices(batches_of(pipeline, repeat=True, limit=18))[first : first + 45] for first in (0, 45)]
    assert [sorted(order) for order in passes] == [list(range(45))] * 2
    assert passes[0] != passes[1] != sorted(passes[1])


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("mode", [PipelineMode.EVALUATION, PipelineMode.PREDICTION])
def test_the_order_of_shards_is_kept_where_nothing_is_shuffled(mode, workers):
    pipeline = make_pipeline(generator=ShardedParams(), mode=mode, **workers)
    assert indices(batches_of(pipeline)) == list(range(28))


def test_samples_in_order_have_the_same_random_numbers_by_shard_and_as_a_stream():
    whole = make_pipeline(AddNoiseParams(), generator=ShardedParams(), mode=PipelineMode.EVALUATION)
    stream = make_pipeline(AddNoiseParams(), generator=ShardedParams(), mode=PipelineMode.EVALUATION).by_elements()
    assert batches_of(whole) == batches_of(stream)


def test_a_limit_takes_the_first_samples():
    assert sorted(indices(batches_of(make_pipeline(generator=ShardedParams(), limit=9)))) == list(range(9))


def test_several_workers_read_the_shards():
    pipeline = make_pipeline(
        TellProcessParams(), generator=ShardedParams(sizes=[6] * 8), num_processes=3, open_shards=6, batch_size=2
    )
    metas = flat(metas for _, metas, _ in batches_of(pipeline))
    assert len({meta["pid"] for meta in metas}) == 3


def test_callables_are_shards_too():
    pipeline = make_pipeline(generator=CallablesParams(sizes=[3, 4, 2]), num_processes=2)
    assert sorted(indices(batches_of(pipeline))) == [0, 1, 2, 10, 11, 12, 13, 20, 21]


@pytest.mark.parametrize("machines", [2, 3])
def test_machines_read_each_sample_once(tmp_path, machines):
    # 11 samples of 7 shards: the shards of the machines are not as long.
    sizes, log = [9, 2, 4, 7, 1, 3, 5], tmp_path / "reads"
    pipeline = make_pipeline(generator=ShardedParams(sizes=sizes, log=str(log)), shuffle_buffer_size=4)
    parts = [indices(batches_of(pipeline, shard=(machine, machines))) for machine in range(machines)]
    reads = reads_of(log)
    assert sorted(flat(parts)) == list(range(sum(sizes))) == sorted(index for _, index in reads)
    counts = Counter(shard for shard, _ in dict.fromkeys(reads))
    assert counts == dict(enumerate(sizes))
    for first, second in pairwise(parts):
        assert not {_shard_of(sizes, index) for index in first} & {_shard_of(sizes, index) for index in second}


def _shard_of(sizes, index):
    return next(number for number in range(len(sizes)) if index < sum(sizes[: number + 1]))


def test_more_machines_than_shards_share_the_samples_of_each(caplog):
    pipeline = make_pipeline(generator=ShardedParams(sizes=[9, 8]), shuffle_buffer_size=4)
    parts = [indices(batches_of(pipeline, shard=(machine, 5))) for machine in range(5)]
    assert sorted(flat(parts)) == list(range(17))
    assert "5 machines share 2 shards" in caplog.text


@pytest.mark.parametrize("workers", WORKERS)
def test_a_resume_reads_only_the_shards_that_were_open_or_in_the_buffer(tmp_path, workers):
    sizes, log = [10] * 20, tmp_path / "reads"
    settings = {"shuffle_buffer_size": 12, "open_shards": 4, **workers, "batch_size": 10}
    with make_pipeline(generator=ShardedParams(sizes=sizes), **settings).generate_input_batches(
        repeat=False
    ) as batches:
        taken = [contents(batch) for batch in islice(batches, 12)]
        state = json.loads(json.dumps(batches.state(12)))
        rest = [contents(batch) for batch in batches]
    again = make_pipeline(generator=ShardedParams(sizes=sizes, log=str(log)), **settings)
    assert batches_of(again, state=state) == rest
    reads = reads_of(log)
    assert len(reads) == len(set(reads)), "no sample is read twice"
    done = set(indices(taken))
    # Shards of which a sample is still to come, and those that ended with the last samples of the buffers.
    left = {shard for shard, index in reads if index not in done}
    assert {shard for shard, _ in reads} - left == set()
    replayed = {shard for shard, index in reads if index in done}
    # Two lanes with two open shards and a buffer of 6 samples each.
    assert len(replayed) <= 4 + 12
    assert len(reads) <= 80 + 10 * len(replayed)
    assert len({shard for shard, _ in reads}) < 16


def test_states_of_other_shards_are_refused():
    with make_pipeline(generator=ShardedParams()).generate_input_batches() as batches:
        next(batches)
        state = batches.state()
    with pytest.raises(StateError, match="shards have count 6, this one has 2"):
        batches_of(make_pipeline(generator=ShardedParams(sizes=[30, 2])), state=state)
    with pytest.raises(StateError, match="shards have open_shards 16, this one has 2"):
        batches_of(make_pipeline(generator=ShardedParams(), open_shards=2), state=state)
    with pytest.raises(StateError, match="a source that is sharded"):
        batches_of(make_pipeline(), state={**state, "length": 20})
    damaged = json.loads(json.dumps(state))
    damaged["shards"]["lengths"] = [[[5, 10**9]]]
    with pytest.raises(StateError, match="damaged"):
        batches_of(make_pipeline(generator=ShardedParams()), state=damaged)


@pytest.mark.parametrize("workers", WORKERS)
def test_a_shard_that_became_shorter_is_an_error_not_other_batches(workers):
    with make_pipeline(generator=ShardedParams(sizes=[30, 30])).generate_input_batches() as batches:
        list(islice(batches, 3))
        state = batches.state(3)
    pipeline = make_pipeline(generator=ShardedParams(sizes=[2, 2]), **workers)
    with pytest.raises(DataError, match=r"'part-\d' has changed: it holds 2 samples now"):
        batches_of(pipeline, state=state)


@pytest.mark.parametrize("workers", WORKERS)
def test_unreadable_samples_are_raised_or_skipped_and_counted(workers):
    generator = ShardedParams(bad=[4, 20])
    with pytest.raises(ValueError, match=r"(?s)not a picture.*in Sharded.generate_shard\('part-[04]'\), sample [45]"):
        batches_of(make_pipeline(generator=generator, **workers))
    pipeline = make_pipeline(generator=generator, **workers, on_bad_sample="skip")
    with pipeline.generate_input_batches(repeat=False) as batches:
        found = sorted(meta["index"] for batch in batches for meta in batch.meta)
        assert batches.counters.skipped == 2
    assert found == [index for index in range(28) if index not in (4, 20)]


@pytest.mark.parametrize("workers", WORKERS)
def test_a_shard_that_breaks_off_is_named(workers):
    pipeline = make_pipeline(generator=ShardedParams(breaks_at=12), **workers)
    with pytest.raises(OSError, match=r"(?s)the disk is gone.*in Sharded.generate_shard\('part-2'\) after 2 samples"):
        batches_of(pipeline)


def test_a_sample_that_ends_its_worker_is_left_out_and_the_lane_goes_on():
    pipeline = make_pipeline(
        MisbehaveParams(how="kill"),
        generator=ShardedParams(),
        num_processes=1,
        open_shards=4,
        on_bad_sample="skip",
        on_worker_death="restart",
    )
    assert sorted(indices(batches_of(pipeline))) == [index for index in range(28) if index != 7]


def test_another_machine_goes_on_after_as_many_batches():
    pipeline = make_pipeline(generator=ShardedParams(sizes=[8] * 6), shuffle_buffer_size=6)
    whole = batches_of(pipeline, shard=(1, 2))
    with pipeline.generate_input_batches(shard=(0, 2)) as batches:
        list(islice(batches, 3))
        state = batches.state(3)
    assert state["shards"]["batches"] == 3
    shards = {**state["shards"], "lengths": [], "batches": 0, "skip": 3}
    told = {**state, "position": 0, "pending": [], "shards": shards}
    assert batches_of(pipeline, shard=(1, 2), state=told) == whole[3:]
    # A machine whose part is shorter still tells of the end of its pass.
    told["shards"] = {**shards, "skip": 99}
    assert batches_of(pipeline, shard=(1, 2), state=told) == whole[-1:]


def test_generators_of_batches_have_no_shards():
    class Batched(ShardedParams().cls()):
        def yields_batches(self):
            return True

    class BatchedParams(ShardedParams):
        def cls(self):
            return Batched

    with pytest.raises(DefinitionError, match=r"must give samples.*set batch_size"):
        batches_of(make_pipeline(generator=BatchedParams()))


def test_the_description_tells_of_the_shards():
    text = make_pipeline(generator=ShardedParams(), open_shards=4, num_processes=2).describe()
    assert "6 shards, 4 at once" in text


@pytest.mark.parametrize("workers", KINDS)
def test_lanes_go_on_behind_a_sample_that_takes_too_long(workers):
    settings = {"generator": ShardedParams(), "open_shards": 4, **workers}
    expected = indices(batches_of(make_pipeline(**settings)))
    chain = [MisbehaveParams(how="loop")]
    batches = batches_of(make_pipeline(*chain, **settings, on_bad_sample="skip", sample_timeout=0.3))
    assert indices(batches) == [index for index in expected if index != 7]
