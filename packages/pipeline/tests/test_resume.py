"""Promise 3: a state taken after any batch goes on with exactly the next one."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from kinds_of_workers import KINDS, WORKERS
from pipeline_cases import (
    AddNoiseParams,
    DropEveryParams,
    NumbersParams,
    PairUpParams,
    RepeatParams,
    StreamParams,
    batches_of,
    contents,
    make_pipeline,
)

from tfaip.pipeline.errors import EmptyPassError, StateError

PROCESSORS = [AddNoiseParams(), DropEveryParams(), RepeatParams(), PairUpParams()]


@settings(max_examples=60, deadline=None)
@given(
    chain=st.lists(st.sampled_from(PROCESSORS), max_size=3),
    stream=st.booleans(),
    count=st.integers(9, 23),
    batch_size=st.integers(1, 6),
    buckets=st.sampled_from([[], [3], [2, 4]]),
    drop_remainder=st.booleans(),
    after=st.integers(0, 12),
)
def test_restored_pipelines_go_on_with_the_next_batch(chain, stream, count, batch_size, buckets, drop_remainder, after):
    generator = StreamParams(count=count, knows_length=False) if stream else NumbersParams(count=count)

    def pipeline():
        return make_pipeline(
            *chain,
            generator=generator,
            batch_size=batch_size,
            bucket_boundaries=buckets,
            batch_drop_remainder=drop_remainder,
            shuffle_buffer_size=5,
        )

    try:
        with pipeline().generate_input_batches(repeat=True) as batches:
            expected = [contents(next(batches)) for _ in range(after + 8)]
            state = json.loads(json.dumps(batches.state(after)))
    except EmptyPassError:
        return
    assert batches_of(pipeline(), state=state, repeat=True, limit=8) == expected[after:]


@pytest.mark.parametrize("workers", KINDS)
@pytest.mark.parametrize("others", WORKERS)
def test_a_state_can_be_restored_with_other_workers(workers, others):
    chain = [DropEveryParams(), RepeatParams(), AddNoiseParams()]
    with make_pipeline(*chain, **workers).generate_input_batches() as batches:
        expected = [contents(next(batches)) for _ in range(7)]
        state = batches.state(3)
    assert batches_of(make_pipeline(*chain, **others), state=state, repeat=True, limit=4) == expected[3:]


def test_states_of_what_was_not_handed_out_are_refused():
    with make_pipeline().generate_input_batches() as batches:
        next(batches)
        with pytest.raises(StateError, match="delivered must be between 0 and 1, got 2"):
            batches.state(2)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"seed": 5}, "a pipeline with seed 5, this one has seed 0"),
        ({"length": 5}, "a pipeline with length 5, this one has length 20"),
        ({"format_version": 99}, "must be what state"),
        ({"epoch": -1}, "damaged"),
        ({"position": 21}, "damaged"),
        ({"pending": [1]}, "damaged"),
        ({"epoch": None}, "damaged"),
    ],
)
def test_states_of_other_data_are_refused(change, message):
    pipeline = make_pipeline()
    with pipeline.generate_input_batches() as batches:
        state = {**batches.state(), **change}
    with pytest.raises(StateError, match=message):
        pipeline.open_batches(state=state)
