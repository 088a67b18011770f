"""The order of a pass over very many samples: a permutation that no memory holds."""

import json
import tracemalloc

import numpy as np
import pytest
from pipeline_cases import make_pipeline

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.engine.stream import source
from tfaip.pipeline.engine.stream.long_order import LongOrder
from tfaip.pipeline.engine.stream.source import IndexedSource
from tfaip.pipeline.engine.stream.state import PipelineState


def order(length, seed=0):
    return LongOrder(np.random.default_rng(seed), length)


@pytest.mark.parametrize("length", [1, 2, 3, 4, 5, 63, 64, 65, 1000, 5000, 65537])
def test_each_index_comes_once(length):
    assert sorted(order(length)) == list(range(length))


def test_parts_single_indices_and_the_whole_agree():
    whole = list(order(9000))
    assert list(order(9000)[3::7]) == whole[3::7]
    assert list(order(9000)[5000:5010][2:4]) == whole[5002:5004]
    assert [order(9000)[position] for position in (0, 77, -1)] == [whole[position] for position in (0, 77, -1)]
    with pytest.raises(IndexError):
        order(9000)[9000]


def test_an_order_looks_random_and_depends_on_the_seed():
    length = 1 << 16
    one, other = np.array(list(order(length))), np.array(list(order(length, seed=1)))
    positions = np.arange(length)
    assert (one == other).sum() < 20  # about one is expected
    assert (np.diff(one) == 1).sum() < 20
    for numbers in (one, other):
        assert abs(np.corrcoef(positions, numbers)[0, 1]) < 0.02
        assert abs(np.corrcoef(numbers[:-1], numbers[1:])[0, 1]) < 0.02
        # Each eighth of the indices is spread evenly over the eighths of the positions.
        spread = np.histogram2d(positions, numbers, bins=8)[0]
        assert abs(spread / (length / 64) - 1).max() < 0.12


def test_a_pass_over_a_hundred_million_samples_takes_memory_for_none_of_them():
    indexed = IndexedSource(1, 4, 10**8, shuffle=True, shard=(1, 3))
    tracemalloc.start()
    began = [next(iter(indexed.portions(PipelineState(epoch, 10**7)))) for epoch in range(3)]
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1 << 20
    assert indexed.length == len(indexed.order(0)) == 33_333_333
    assert len({index for portion in began for index in portion.indices}) == 12
    assert all(0 <= index < 10**8 for portion in began for index in portion.indices)


def test_a_long_pipeline_goes_on_at_any_batch(monkeypatch):
    monkeypatch.setattr(source, "LONG", 10)
    pipeline = make_pipeline(mode=PipelineMode.TRAINING)
    with pipeline.generate_input_batches(repeat=True) as batches:
        for _ in range(3):
            next(batches)
        state = json.loads(json.dumps(batches.state()))
        expected = [next(batches) for _ in range(9)]
    with pipeline.generate_input_batches(repeat=True, state=state) as batches:
        for whole in expected:
            for name, array in next(batches).inputs.items():
                np.testing.assert_array_equal(array, whole.inputs[name])
