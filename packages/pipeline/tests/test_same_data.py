"""Promise 1 and 2: the same data in the same order, whatever the parallelism."""

import pytest
from pipeline_cases import (
    AddNoiseParams,
    BatchedParams,
    DataParams,
    DoubleParams,
    DropEveryParams,
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
def test_batches_are_the_same_for_any_number_of_processes(chain, generator, buckets):
    def batches(processes):
        pipeline = make_pipeline(
            *CHAINS[chain], generator=GENERATORS[generator], num_processes=processes, bucket_boundaries=buckets
        )
        return batches_of(pipeline, repeat=True, limit=25)

    serial = batches(0)
    assert len(serial) == 25
    assert batches(2) == serial


@pytest.mark.parametrize("processes", [1, 8])
def test_one_and_eight_processes_give_the_batches_of_none(processes):
    chain = [AddNoiseParams(), DropEveryParams(), RepeatParams(), AddNoiseParams()]
    assert batches_of(make_pipeline(*chain, num_processes=processes)) == batches_of(make_pipeline(*chain))


@pytest.mark.parametrize("processes", [0, 2])
def test_batches_of_the_generator_are_kept(processes):
    generator = BatchedParams(count=7)
    pipeline = make_pipeline(
        DropEveryParams(n=10), generator=generator, num_processes=processes, mode=PipelineMode.EVALUATION
    )
    indices = [[meta["index"] for meta in metas] for _, metas, _ in batches_of(pipeline)]
    # The first of each list is a multiple of 10 and dropped, so that lists of one sample vanish.
    assert indices == [[11], [21, 22], [41], [51, 52]]


@pytest.mark.parametrize("processes", [0, 2])
def test_a_slow_sample_is_not_overtaken(processes):
    pipeline = make_pipeline(SlowFirstParams(), num_processes=processes, mode=PipelineMode.EVALUATION)
    indices = [meta["index"] for _, metas, _ in batches_of(pipeline) for meta in metas]
    assert indices == list(range(20))


@pytest.mark.parametrize("processes", [0, 2])
def test_samples_that_were_made_of_one_have_random_numbers_of_their_own(processes):
    pipeline = make_pipeline(
        RepeatParams(),
        AddNoiseParams(),
        generator=NumbersParams(count=3),
        num_processes=processes,
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


@pytest.mark.parametrize("processes", [0, 2])
def test_composed_stages_give_the_values_of_one_sequence(processes):
    chain = [AddNoiseParams(), RepeatParams(), AddNoiseParams(), DoubleParams(), DropEveryParams()]
    stages = [
        SequentialProcessorPipelineParams(processors=chain[:2]),
        SequentialProcessorPipelineParams(processors=chain[2:3], run_parallel=False),
        SequentialProcessorPipelineParams(processors=chain[3:]),
    ]
    composed = DataParams(pre_proc=ComposedProcessorPipelineParams(pipelines=stages))
    assert batches_of(make_pipeline(data=composed, num_processes=processes)) == batches_of(make_pipeline(*chain))


@pytest.mark.parametrize("processes", [0, 2])
def test_samples_are_those_of_the_batches(processes):
    pipeline = make_pipeline(AddNoiseParams(), DropEveryParams(), num_processes=processes)
    with pipeline.generate_input_samples() as samples:
        indices = [sample.meta["index"] for sample in samples]
    assert indices == [meta["index"] for _, metas, _ in batches_of(pipeline) for meta in metas]
