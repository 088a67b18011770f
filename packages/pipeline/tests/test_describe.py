"""What a user sees of a pipeline: its stages, and its counters."""

import re
import textwrap

import pytest
from pipeline_cases import (
    AddNoiseParams,
    DataParams,
    DoubleParams,
    DropEveryParams,
    MisbehaveParams,
    NumbersParams,
    PairUpParams,
    RepeatParams,
    SlowParams,
    StreamParams,
    make_pipeline,
)

from tfaip.pipeline import PipelineMode, Sample, SequentialProcessorPipelineParams


def test_the_description_says_what_runs_where():
    data = DataParams(
        pre_proc=SequentialProcessorPipelineParams(processors=[AddNoiseParams(), PairUpParams(), RepeatParams()]),
        post_proc=SequentialProcessorPipelineParams(processors=[DoubleParams(), PairUpParams()]),
    )
    pipeline = make_pipeline(data=data, num_processes=2, bucket_boundaries=[3, 6], batch_drop_remainder=True)
    assert [re.split("  +", line) for line in pipeline.describe().splitlines()] == [
        ["generator", "Numbers", "2 workers, by index, 20 samples"],
        ["pre_proc", "AddNoise", "2 workers, sample by sample"],
        ["pre_proc", "PairUp", "consumer, needs the whole stream"],
        ["pre_proc", "Repeat", "2 workers, sample by sample"],
        ["batch", "8 of length <3, 4 of length <6, 4 of length >=6, remainder dropped", "consumer"],
        ["post_proc", "Double", "consumer, sample by sample"],
        ["post_proc", "PairUp", "consumer, needs the whole stream"],
    ]


def test_the_description_of_a_stream_without_workers():
    pipeline = make_pipeline(DoubleParams(), generator=StreamParams(knows_length=False))
    assert pipeline.describe() == textwrap.dedent(
        """\
        generator  Stream     consumer, as a stream, unknown length
        pre_proc   Double     consumer, sample by sample
        batch      4 samples  consumer"""
    )


@pytest.mark.parametrize("processes", [0, 2])
def test_counters_tell_samples_and_where_the_time_goes(processes):
    chain = [DropEveryParams(), SlowParams(), MisbehaveParams(at=[1, 2])]
    pipeline = make_pipeline(
        *chain,
        generator=NumbersParams(count=12),
        mode=PipelineMode.EVALUATION,
        num_processes=processes,
        on_bad_sample="skip",
    )
    with pipeline.generate_input_batches() as batches:
        assert sum(batch.size for batch in batches) == 6
    counters = batches.counters
    assert (counters.samples, counters.batches, counters.dropped, counters.bad, counters.skipped) == (6, 2, 4, 2, 6)
    (segment,) = counters.segments
    assert (segment.read, segment.made) == (12, 6)
    assert [step.name for step in segment.steps] == ["read", "DropEvery", "Slow", "Misbehave", "batch"]
    assert {step.where for step in segment.steps} == {"workers" if processes else "consumer"}
    slow = segment.steps[2].seconds
    assert slow >= 8 * 0.01
    assert all(step.seconds < slow for step in segment.steps if step.name != "Slow")


@pytest.mark.parametrize("processes", [0, 2])
def test_post_processing_keeps_the_order(processes):
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=[DropEveryParams(), RepeatParams()]))
    pipeline = make_pipeline(data=data, mode=PipelineMode.PREDICTION)
    samples = [Sample(outputs=index, meta={"index": index}) for index in range(9)]
    results = list(pipeline.process_output(samples, num_processes=processes))
    # Multiples of 3 are dropped, an invalid sample goes on (after the model, inputs may be gone) unless it is None.
    assert [result.meta["index"] for result in results] == [1, 2, 2, 4, 5, 5, 7, 8, 8]
    assert [result.outputs for result in results] == [1, 2, 2, 4, 5, 5, 7, 8, 8]


def test_post_processing_takes_samples_only_when_they_are_asked_for():
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=[AddNoiseParams(modes=set())]))
    taken = []
    samples = (taken.append(index) or Sample(outputs=index) for index in range(9))
    results = make_pipeline(data=data).process_output(samples)
    assert next(results).outputs == 0
    assert taken == [0]
    assert [result.outputs for result in results] == list(range(1, 9))
