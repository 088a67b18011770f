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
from slow_cases import (
    SlowFailureParams,
    SlowFilterParams,
    SlowNumbersParams,
    SlowNumbersStreamParams,
    SlowRepeatParams,
    SlowStreamParams,
)

from tfaip.params import CommandLine, CommandLineError
from tfaip.params.commandline.answering.schema import schema_of
from tfaip.pipeline import (
    DataBaseParams,
    DataGeneratorParams,
    DataProcessorParams,
    DataProcessorPipelineParams,
    PipelineMode,
    Sample,
    SequentialProcessorPipelineParams,
)
from tfaip.pipeline.engine.counters import Counters, OperationCounters, SegmentCounters
from tfaip.pipeline.measure import Measurement, format_measurement


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


SLOWEST = {
    "a mapping processor": ({"processors": [AddNoiseParams(), SlowParams(), DoubleParams()]}, "Slow", "workers"),
    "a filter that drops": ({"processors": [SlowParams(), DropEveryParams(n=1)]}, "Slow", "workers"),
    "a slow filter": ({"processors": [SlowFilterParams(), SlowParams(seconds=0.001)]}, "SlowFilter", "workers"),
    "what fails": ({"processors": [SlowFailureParams()], "on_bad_sample": "skip"}, "SlowFailure", "workers"),
    "one to n": ({"processors": [AddNoiseParams(), SlowRepeatParams()]}, "SlowRepeat", "workers"),
    "an indexable generator": ({"generator": SlowNumbersParams(), "processors": [DoubleParams()]}, "read", "workers"),
    "a stream": ({"generator": SlowNumbersStreamParams(), "processors": [DoubleParams()]}, "read", "consumer"),
    "what needs the stream": ({"processors": [AddNoiseParams(), SlowStreamParams()]}, "SlowStream", "consumer"),
    "what fills its list first": (
        {"processors": [AddNoiseParams(), SlowStreamParams(lists=True)]},
        "SlowStream",
        "consumer",
    ),
    "what comes before the stream": ({"processors": [SlowParams(), PairUpParams()]}, "Slow", "workers"),
    "what comes after the stream": ({"processors": [PairUpParams(), SlowParams()]}, "Slow", "workers"),
}


@pytest.mark.parametrize("processes", [0, 2])
@pytest.mark.parametrize("case", SLOWEST)
def test_the_slowest_operation_is_named_with_its_place(case, processes):
    settings, name, where = SLOWEST[case]
    settings = {"generator": NumbersParams(count=12), **settings}
    pipeline = make_pipeline(*settings.pop("processors"), num_processes=processes, **settings)
    with pipeline.generate_input_batches(repeat=False) as batches:
        list(batches)
    slowest = batches.counters.slowest_operation()
    assert (slowest.name, slowest.where) == (name, where if processes else "consumer")
    assert slowest.seconds >= 10 * 0.005
    assert f"{name} in {f'{processes} workers' if processes and where == 'workers' else 'this process'}" in (
        format_measurement(Measurement(1.0, 0.0, 1, 1, 0.0, batches.counters))
    )


def test_workers_share_their_seconds_when_it_is_about_what_is_slowest():
    segments = [
        SegmentCounters([OperationCounters("a", "workers", 3.0), OperationCounters("b", "workers", 1.0)]),
        SegmentCounters([OperationCounters("c", "consumer", 2.5)]),
    ]
    assert Counters(segments, 1).slowest_operation().name == "a"
    assert Counters(segments, 2).slowest_operation().name == "c"
    assert Counters([SegmentCounters([OperationCounters("a", "workers")])], 2).slowest_operation() is None


def test_counters_answer_to_their_former_names():
    counters = Counters([SegmentCounters([OperationCounters("a", "workers", 3.0)])], 1)
    assert counters.slowest_step() is counters.slowest_operation()
    assert counters.steps == counters.operations
    assert counters.segments[0].steps is counters.segments[0].operations


def test_the_seconds_of_all_operations_are_those_of_the_work():
    """Nothing is left out, and nothing counted twice: not even where a stream waits for what comes before it."""
    chain = [SlowParams(), SlowStreamParams(), SlowParams(seconds=0.005)]
    with make_pipeline(*chain, generator=NumbersParams(count=12)).generate_input_batches(repeat=False) as batches:
        list(batches)
    counters = batches.counters
    total = sum(operation.seconds for operation in counters.operations)
    assert 12 * 0.02 <= total <= counters.waiting_seconds
    names = {each.name: each.seconds for each in counters.operations if each.name != "Slow"}
    assert names["SlowStream"] < 0.75 * total
    assert [(segment.read, segment.made) for segment in counters.segments] == [(12, 12)] * 3


@pytest.mark.parametrize("processes", [0, 2])
def test_post_processors_are_counted(processes):
    chain = [DropEveryParams(), SlowParams()]
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=chain))
    samples = [Sample(inputs={}, outputs=index, meta={"index": index}) for index in range(13)]
    results = make_pipeline(data=data, mode=PipelineMode.PREDICTION).process_output(samples, num_processes=processes)
    kept = [result.outputs for result in results]
    assert results.counters.samples == len(kept)
    assert results.counters.slowest_operation().name == "Slow"


def test_the_model_is_what_post_processors_read_from():
    import time

    def predicted():
        for index in range(5):
            time.sleep(0.01)
            yield Sample(outputs=index, meta={"index": index})

    results = make_pipeline().process_output(predicted())
    assert [result.outputs for result in results] == list(range(5))
    assert results.counters.slowest_operation().name == "read"


def test_a_post_processor_that_needs_the_stream_gets_samples_without_inputs():
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=[SlowStreamParams(seconds=0.0)]))
    results = make_pipeline(data=data).process_output([Sample(outputs=index) for index in range(3)])
    assert [result.outputs for result in results] == [0, 1, 2]


@pytest.mark.parametrize(
    "chain", [[SlowParams(seconds=0.0)], [SlowParams(seconds=0.0), PairUpParams(), DoubleParams()]]
)
def test_the_queue_that_the_consumer_waits_for_is_counted(chain):
    pipeline = make_pipeline(*chain, generator=NumbersParams(count=200), num_processes=2, prefetch=6)
    with pipeline.generate_input_batches() as batches:
        fills = []
        for _ in range(30):
            next(batches)
            counters = batches.counters
            assert counters.limit == 6
            assert 0 <= counters.ready <= counters.in_flight <= 6
            fills.append(counters.fill)
    assert max(fills) > 0
    with make_pipeline(*chain).generate_input_batches() as batches:
        next(batches)
        assert (batches.counters.limit, batches.counters.fill, batches.counters.processes) == (0, 0.0, 0)


@pytest.mark.parametrize(
    "base", [DataGeneratorParams, DataProcessorParams, DataProcessorPipelineParams, DataBaseParams]
)
def test_params_that_make_nothing_are_abstract_and_not_offered(base):
    with pytest.raises(TypeError, match=f"Can't instantiate abstract class {base.__name__}"):
        base()
    command = CommandLine("prog")
    command.add_root("data", base)
    message = f"^--data: {base.__name__} is abstract, allowed: [^\n]*, or module:Class$"
    with pytest.raises(CommandLineError, match=message):
        command.parse_or_raise(["--data", base.__name__])


def test_the_processors_that_are_offered_can_be_made():
    command = CommandLine("prog")
    command.add_root("data", DataParams)
    groups = schema_of(command.read([]), command)["groups"]
    offered = {field["name"]: field["choices"] for group in groups for field in group["fields"]}
    assert offered["pre_proc"] == ["Sequential", "Composed"]
    assert "Double" in offered["processors"]
    assert "DataProcessor" not in offered["processors"]
