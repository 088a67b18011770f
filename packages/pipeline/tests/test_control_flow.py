"""An error that Python takes for the end of a loop or of the process is an error with processor and sample."""

import logging

import pytest
from error_cases import (
    FailingNumbersParams,
    OneToNParams,
    PickyParams,
    RaiseParams,
    StreamProcessorParams,
    UnmeasurableParams,
)
from pipeline_cases import DataParams, RepeatParams, StreamParams, make_pipeline

from tfaip.pipeline import PipelineMode, SequentialProcessorPipelineParams
from tfaip.pipeline.engine.stream.portion import Indices
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.errors import DefinitionError, ProcessorError
from tfaip.pipeline.hooks import call_user_code
from tfaip.pipeline.running.single_samples import SingleSamples
from tfaip.pipeline.user_code import SampleError

ENDS = ["StopIteration", "StopAsyncIteration", "SystemExit", "OwnError"]
INTERRUPTIONS = {"KeyboardInterrupt": KeyboardInterrupt, "GeneratorExit": GeneratorExit}
SAMPLE = r"sample 7 of epoch 0( \(meta {'index': 7}\))?"


def evaluate(*processors, **settings):
    return make_pipeline(*processors, mode=PipelineMode.EVALUATION, **settings)


def taken(pipeline):
    with pipeline.generate_input_batches() as batches:
        return [meta["index"] for batch in batches for meta in batch.meta], batches.counters.bad


def samples_of(pipeline):
    with pipeline.generate_input_samples() as samples:
        return [sample.meta["index"] for sample in samples]


def post_processed(pipeline):
    post_proc = SequentialProcessorPipelineParams(processors=list(pipeline.data.params.pre_proc.flatten()))
    other = make_pipeline(data=DataParams(post_proc=post_proc), mode=PipelineMode.EVALUATION)
    with make_pipeline(mode=PipelineMode.EVALUATION).generate_input_samples() as samples:
        return list(other.process_output(samples))


@pytest.mark.parametrize("processor", [RaiseParams, PickyParams, OneToNParams])
@pytest.mark.parametrize("how", ENDS)
def test_processors_fail_with_the_sample(processor, how):
    name = processor(how=how).cls().__name__
    with pytest.raises(ProcessorError, match=rf"^in {name}, {SAMPLE}: {how}\(3\), which would end the ") as caught:
        taken(evaluate(processor(how=how)))
    assert caught.value.__cause__ is not None
    assert taken(evaluate(processor(how=how), on_bad_sample="skip")) == ([n for n in range(20) if n != 7], 1)


@pytest.mark.parametrize("use", [samples_of, lambda pipeline: pipeline.as_preloaded(), post_processed])
@pytest.mark.parametrize("how", ENDS)
def test_all_uses_of_processors_fail_with_the_sample(use, how):
    with pytest.raises(ProcessorError, match=rf"^in Raise, {SAMPLE}: {how}\(3\)"):
        use(evaluate(RaiseParams(how=how)))


@pytest.mark.parametrize("how", ["StopIteration", "KeyboardInterrupt"])
def test_workers_fail_with_the_sample(how):
    with pytest.raises(ProcessorError, match=rf"^in Raise, {SAMPLE}: {how}\(3\)") as caught:
        taken(evaluate(RaiseParams(how=how), num_processes=1))
    assert "Traceback of the worker:" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("how", [*ENDS, *INTERRUPTIONS])
@pytest.mark.parametrize("processor", [RaiseParams, OneToNParams])
def test_all_errors_in_a_worker_are_those_of_a_sample(how, processor):
    plan, _ = evaluate(processor(how=how))._planner.plan(None, packs=False)
    segment = build_segment(plan, 0, passes_on=())
    with pytest.raises(SampleError) as caught:
        segment.run(Indices(0, [0, 1], [6, 7]))
    assert f"sample 7 of epoch 0 (meta {{'index': 7}}): {how}(3), which would end the " in str(caught.value.original())


@pytest.mark.parametrize("how", INTERRUPTIONS)
@pytest.mark.parametrize("processor", [RaiseParams, OneToNParams, StreamProcessorParams])
@pytest.mark.parametrize("on_bad_sample", ["raise", "skip"])
def test_in_this_process_an_interruption_passes_through(how, processor, on_bad_sample):
    with pytest.raises(INTERRUPTIONS[how], match="3"):
        taken(evaluate(processor(how=how), on_bad_sample=on_bad_sample))


@pytest.mark.parametrize("how", ENDS)
def test_generators_fail_with_the_sample(how):
    with pytest.raises(ProcessorError, match=rf"^in ByIndex\[7\], {SAMPLE}: {how}\(3\)"):
        taken(evaluate(generator=FailingNumbersParams(how=how)))
    with pytest.raises(ProcessorError, match=rf"^in ByIndex\[7\], {SAMPLE}: {how}\(3\)"):
        taken(evaluate(RepeatParams(), generator=FailingNumbersParams(how=how)))
    with pytest.raises(ProcessorError, match=rf"^in ByGenerator.generate\(\) after 7 samples: {how}\(3\)"):
        taken(evaluate(generator=FailingNumbersParams(how=how, kind="generator")))


def test_an_index_error_of_a_generator_stays_what_it_is():
    with pytest.raises(IndexError, match="no such line") as caught:
        taken(evaluate(generator=FailingNumbersParams(how="IndexError")))
    assert caught.value.__notes__ == ["in ByIndex[7], sample 7 of epoch 0"]


@pytest.mark.parametrize("how", ENDS)
def test_processors_of_a_stream_fail_with_the_last_sample(how):
    where = rf"^in StreamProcessor, after 7 samples, the last one that it read is {SAMPLE}: {how}\(3\)"
    with pytest.raises(ProcessorError, match=where):
        taken(evaluate(StreamProcessorParams(how=how)))


def test_results_of_a_map_do_not_end_where_its_function_fails():
    with pytest.raises(ProcessorError, match=rf"^in OneToNByMap, {SAMPLE}: StopIteration\(3\)"):
        taken(evaluate(OneToNParams(by_map=True)))


def test_batches_of_similar_length_fail_with_the_sample_after_the_batches_before_it():
    settings = {"data": UnmeasurableParams(), "bucket_boundaries": [2, 4], "batch_size": 2}
    with evaluate(**settings).generate_input_batches() as batches:
        assert [next(batches).size, next(batches).size] == [2, 2]
        with pytest.raises(ProcessorError, match=rf"^in element_length_fn, {SAMPLE}: StopIteration\(3\)"):
            list(batches)
    indices, bad = taken(evaluate(**settings, on_bad_sample="skip"))
    assert (sorted(indices), bad) == ([n for n in range(20) if n != 7], 1)


@pytest.mark.parametrize("length", [None, -1, float("nan"), "long"])
def test_a_length_that_is_none_is_named_with_its_sample(length, monkeypatch):
    monkeypatch.setattr("error_cases.raised", lambda _: length)
    settings = {"data": UnmeasurableParams(), "bucket_boundaries": [2, 4]}
    message = rf"^element_length_fn must give lengths >= 0, got {length!r} for sample 7 of epoch 0"
    with pytest.raises(DefinitionError, match=message):
        taken(evaluate(**settings))
    assert taken(evaluate(**settings, on_bad_sample="skip"))[1] == 1


def test_single_samples_fail_with_the_sample():
    pipeline = evaluate(RaiseParams())
    single = SingleSamples(pipeline.data, PipelineMode.EVALUATION)
    with pytest.raises(ProcessorError, match=r"^in Raise, sample 5 of epoch 0 .*StopIteration\(3\)"):
        single.before(pipeline.generator[7], 5)


def test_a_generator_that_is_closed_ends_silently(caplog):
    with caplog.at_level(logging.WARNING), evaluate(generator=StreamParams()).generate_input_batches() as batches:
        next(batches)
    assert caplog.messages == []


@pytest.mark.parametrize(
    ("fails", "where"), [("__init__", "in NumbersParams.create"), ("__len__", r"in len\(\) of Numbers")]
)
def test_a_generator_that_is_made_does_not_end_a_loop(fails, where, monkeypatch):
    def fail(self, *_):
        raise StopIteration(3)

    monkeypatch.setattr(f"pipeline_cases.Numbers.{fails}", fail)
    with pytest.raises(ProcessorError, match=f"^{where}: StopIteration: 3"):
        taken(evaluate())


def test_hooks_are_named_with_their_sample():
    sample = make_pipeline().generator[4]

    class Counts:
        def take(self, sample):
            return next(iter([]))

    with pytest.raises(ProcessorError, match=r"^in Counts.take, a sample without identity: StopIteration"):
        call_user_code(Counts().take, sample)
    assert call_user_code(max, 3, 5) == 5
    with pytest.raises(ZeroDivisionError):
        call_user_code(lambda: 1 / 0)
