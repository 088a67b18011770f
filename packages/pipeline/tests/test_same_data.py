"""Promise 1 and 2: the same data in the same order, whatever the parallelism."""

import numpy as np
import pytest
from kinds_of_workers import KINDS, PROCESSES, THREADS, WORKERS
from pipeline_cases import (
    AddNoiseParams,
    BatchedParams,
    DataParams,
    DoubleParams,
    DropEveryParams,
    LargeNumbersParams,
    LargeParams,
    NumbersParams,
    PairUpParams,
    RepeatParams,
    StreamParams,
    batches_of,
    make_pipeline,
)
from slow_cases import SlowFirstParams

from tfaip.pipeline import ComposedProcessorPipelineParams, PipelineMode, SequentialProcessorPipelineParams

CHAINS = {
    "mapping": [AddNoiseParams(), DoubleParams()],
    "dropping": [DropEveryParams(), AddNoiseParams()],
    "one to n": [AddNoiseParams(), RepeatParams(), AddNoiseParams()],
    "stream": [AddNoiseParams(), PairUpParams(), AddNoiseParams(), DropEveryParams(n=4), RepeatParams()],
    "nothing": [],
}
GENERATORS = {"indexable": NumbersParams(count=45), "stream": StreamParams(count=45)}


@pytest.mark.parametrize("chain", CHAINS)
@pytest.mark.parametrize("generator", GENERATORS)
@pytest.mark.parametrize("buckets", [[], [2, 4]], ids=["fixed", "buckets"])
def test_batches_are_the_same_for_any_workers(chain, generator, buckets):
    def batches(**workers):
        pipeline = make_pipeline(*CHAINS[chain], generator=GENERATORS[generator], bucket_boundaries=buckets, **workers)
        return batches_of(pipeline, repeat=True, limit=25)

    serial = batches()
    assert len(serial) == 25
    assert batches(**PROCESSES) == batches(**THREADS) == serial


@pytest.mark.parametrize("count", [1, 8])
@pytest.mark.parametrize("workers", KINDS)
def test_one_and_eight_workers_give_the_batches_of_none(workers, count):
    chain = [AddNoiseParams(), DropEveryParams(), RepeatParams(), AddNoiseParams()]
    pipeline = make_pipeline(*chain, **{**workers, "num_processes": count})
    assert batches_of(pipeline) == batches_of(make_pipeline(*chain))


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("chain", [[], [DropEveryParams()], [RepeatParams()]], ids=["all", "some", "many"])
def test_large_samples_of_a_fixed_shape_arrive_as_they_are(chain, workers):
    data = LargeParams(pre_proc=SequentialProcessorPipelineParams(processors=chain))
    pipeline = make_pipeline(data=data, generator=LargeNumbersParams(), **workers)
    with pipeline.generate_input_batches(repeat=False) as batches:
        kept = list(batches)
    assert [batch.size for batch in kept if not batch.end_of_epoch] == [4] * (len(kept) - 1)
    for batch in kept:
        assert set(batch.inputs) == {"x", "n"}
        for x, n, y, meta in zip(batch.inputs["x"], batch.inputs["n"], batch.targets["y"], batch.meta, strict=True):
            assert n == y == meta["index"]
            assert x.dtype == np.float32
            assert (x == np.arange(3000) + meta["index"]).all()


@pytest.mark.parametrize("workers", WORKERS)
def test_batches_of_the_generator_are_kept(workers):
    generator = BatchedParams(count=7)
    pipeline = make_pipeline(DropEveryParams(n=10), generator=generator, **workers, mode=PipelineMode.EVALUATION)
    indices = [[meta["index"] for meta in metas] for _, metas, _ in batches_of(pipeline)]
    # The first of each list is a multiple of 10 and dropped, so that lists of one sample vanish.
    assert indices == [[11], [21, 22], [41], [51, 52]]


@pytest.mark.parametrize("workers", WORKERS)
def test_a_slow_sample_is_not_overtaken(workers):
    pipeline = make_pipeline(SlowFirstParams(), **workers, mode=PipelineMode.EVALUATION)
    indices = [meta["index"] for _, metas, _ in batches_of(pipeline) for meta in metas]
    assert indices == list(range(20))


@pytest.mark.parametrize("workers", WORKERS)
def test_samples_that_were_made_of_one_have_random_numbers_of_their_own(workers):
    pipeline = make_pipeline(
        RepeatParams(),
        AddNoiseParams(),
        generator=NumbersParams(count=3),
        **workers,
        mode=PipelineMode.EVALUATION,
    )
    with pipeline.generate_input_samples() as samples:
        one, first, second = (sample.inputs["x"] for sample in samples)
    assert one.shape != first.shape == second.shape
    assert (first != second).all()


def test_seeds_differ():
    def batches(seed):
        return batches_of(make_pipeline(AddNoiseParams(), seed=seed))

    assert batches(1) == batches(1)
    assert batches(1) != batches(2)


def test_passes_differ_in_order_and_noise_but_not_in_content():
    pipeline = make_pipeline(AddNoiseParams(), generator=NumbersParams(count=12))
    batches = batches_of(pipeline, repeat=True, limit=6)
    first, second = ([meta["index"] for _, metas, _ in half for meta in metas] for half in (batches[:3], batches[3:]))
    assert first != second
    assert sorted(first) == sorted(second) == list(range(12))
    assert [end for _, _, end in batches] == [False, False, True] * 2


@pytest.mark.parametrize("workers", WORKERS)
def test_composed_stages_give_the_values_of_one_sequence(workers):
    chain = [AddNoiseParams(), RepeatParams(), AddNoiseParams(), DoubleParams(), DropEveryParams()]
    stages = [
        SequentialProcessorPipelineParams(processors=chain[:2]),
        SequentialProcessorPipelineParams(processors=chain[2:3], run_parallel=False),
        SequentialProcessorPipelineParams(processors=chain[3:]),
    ]
    composed = DataParams(pre_proc=ComposedProcessorPipelineParams(pipelines=stages))
    assert batches_of(make_pipeline(data=composed, **workers)) == batches_of(make_pipeline(*chain))


@pytest.mark.parametrize("workers", WORKERS)
def test_samples_are_those_of_the_batches(workers):
    pipeline = make_pipeline(AddNoiseParams(), DropEveryParams(), **workers)
    with pipeline.generate_input_samples() as samples:
        indices = [sample.meta["index"] for sample in samples]
    assert indices == [meta["index"] for _, metas, _ in batches_of(pipeline) for meta in metas]
