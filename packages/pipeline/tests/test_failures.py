"""Promise 5: whatever a processor does wrong reaches the consumer as what it is, or is skipped and counted."""

import os
import signal
import traceback

import pytest
from kinds_of_workers import KINDS, WORKERS
from pipeline_cases import (
    AddNoiseParams,
    DataParams,
    MisbehaveParams,
    MisbuiltParams,
    NumbersParams,
    StreamParams,
    batches_of,
    make_pipeline,
)
from processes import workers_of

from tfaip.pipeline import PipelineMode, SequentialProcessorPipelineParams
from tfaip.pipeline.errors import (
    PipelineError,
    ProcessorError,
    SampleTimeoutError,
    SpecError,
    WorkerDiedError,
    WorkerStartError,
)

BAD = [
    ("raise", ValueError, "this sample is bad"),
    ("type", ValueError, "Misbehave must return a Sample or None, got int"),
    ("exit", ProcessorError, r"sample 7 of epoch 0 .*: SystemExit\(3\)"),
    ("shape", SpecError, r"inputs\['n'\] must be int64\[1\] according to _input_layer_specs, got int64\[2\]"),
    ("dtype", SpecError, r"must be int64\[1\].* got float64\[1\]: the dtypes are of different kinds"),
    ("key", SpecError, r"inputs\['n'\] is missing, .* the sample's inputs hold the keys \['x'\]"),
]
DEADLY = [("os exit", "exited with code 0"), ("kill", "was killed by SIGKILL")]
RESTART = {"on_worker_death": "restart"}
ALL_BUT_7 = [index for index in range(20) if index != 7]


def evaluate(*processors, **settings):
    return make_pipeline(*processors, mode=PipelineMode.EVALUATION, **settings)


def indices_and_counters(pipeline):
    with pipeline.generate_input_batches() as batches:
        indices = [meta["index"] for batch in batches for meta in batch.meta]
        return indices, batches.counters


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize(("how", "error", "message"), BAD)
def test_errors_reach_the_consumer_with_the_sample_after_the_batches_before_it(how, error, message, workers):
    pipeline = evaluate(MisbehaveParams(how=how), **workers)
    with pipeline.generate_input_batches() as batches:
        assert [meta["index"] for meta in next(batches).meta] == [0, 1, 2, 3]
        with pytest.raises(error, match=message) as caught:
            list(batches)
        with pytest.raises(error):
            next(batches)  # it is not forgotten
    if error is not ProcessorError:
        assert "sample 7 of epoch 0 (meta {'index': 7})" in "".join(caught.value.__notes__)


@pytest.mark.parametrize("workers", WORKERS)
def test_the_traceback_leads_to_the_processor(workers):
    with pytest.raises(ValueError, match="this sample is bad") as caught:
        batches_of(evaluate(MisbehaveParams(), **workers))
    text = "".join(traceback.format_exception(caught.value))
    assert 'raise ValueError("this sample is bad")' in text
    assert "pipeline_cases.py" in text


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("how", [how for how, *_ in BAD])
def test_bad_samples_can_be_skipped_and_are_counted(how, workers):
    pipeline = evaluate(MisbehaveParams(how=how), **workers, on_bad_sample="skip")
    indices, counters = indices_and_counters(pipeline)
    assert indices == ALL_BUT_7
    assert (counters.bad, counters.dropped, counters.samples) == (1, 0, 19)


@pytest.mark.parametrize("workers", WORKERS)
def test_none_drops_the_sample(workers):
    indices, counters = indices_and_counters(evaluate(MisbehaveParams(how="none"), **workers))
    assert indices == ALL_BUT_7
    assert (counters.bad, counters.dropped) == (0, 1)


def test_errors_that_cannot_be_restored_keep_their_text():
    with pytest.raises(ProcessorError, match="OddError: notrestorable"):
        batches_of(evaluate(MisbehaveParams(how="raise odd"), num_processes=1))


def test_what_cannot_be_sent_is_an_error():
    with pytest.raises(PipelineError, match=r"samples must be picklable to leave a worker .*lambda") as caught:
        batches_of(evaluate(MisbehaveParams(how="unpicklable"), num_processes=1))
    assert "sample 7 of epoch 0" in caught.value.__notes__


@pytest.mark.parametrize(("how", "message"), DEADLY)
def test_a_dead_worker_is_an_error_that_names_cause_and_sample(how, message):
    with pytest.raises(WorkerDiedError, match=f"{message}.* at sample 7 of epoch 0"):
        batches_of(evaluate(MisbehaveParams(how=how), num_processes=2))


def test_a_worker_that_somebody_kills_is_an_error_or_replaced():
    def batches_with_a_kill(**settings):
        pipeline = evaluate(AddNoiseParams(), num_processes=2, generator=NumbersParams(count=4000), **settings)
        with pipeline.generate_input_batches() as batches:
            os.kill(batches.worker_process_ids()[0], signal.SIGKILL)
            return [meta["index"] for batch in batches for meta in batch.meta], batches.counters.restarts

    with pytest.raises(WorkerDiedError, match="was killed by SIGKILL"):
        batches_with_a_kill()
    assert batches_with_a_kill(on_worker_death="restart") == (list(range(4000)), 1)


@pytest.mark.parametrize(("how", "message"), DEADLY)
@pytest.mark.parametrize("generator", [NumbersParams(), StreamParams()], ids=["indexable", "stream"])
def test_a_sample_that_kills_every_worker_is_a_bad_sample(how, message, generator):
    settings = {"num_processes": 2, "on_worker_death": "restart", "generator": generator}
    with pytest.raises(WorkerDiedError, match=f"{message}.* at sample 7 of epoch 0"):
        batches_of(evaluate(MisbehaveParams(how=how), **settings))
    indices, counters = indices_and_counters(evaluate(MisbehaveParams(how=how), on_bad_sample="skip", **settings))
    assert indices == ALL_BUT_7
    assert (counters.bad, counters.restarts) == (1, 3)


@pytest.mark.parametrize("workers", KINDS)
@pytest.mark.parametrize("how", ["loop", "busy loop"])
def test_a_sample_that_takes_for_ever_is_ended(how, workers):
    settings = {**workers, "sample_timeout": 0.3}
    with pytest.raises(SampleTimeoutError, match=r"sample 7 of epoch 0 took longer than 0.3 s"):
        batches_of(evaluate(MisbehaveParams(how=how), **settings))
    indices, _ = indices_and_counters(evaluate(MisbehaveParams(how=how), on_bad_sample="skip", **settings))
    assert indices == ALL_BUT_7


def test_without_memory_the_processor_fails_like_any_other():
    with pytest.raises(MemoryError):
        batches_of(evaluate(MisbehaveParams(how="memory"), num_processes=2))


@pytest.mark.parametrize(("settings", "advice"), [({}, "; on_worker_death=restart would replace it"), (RESTART, "")])
def test_a_worker_that_is_killed_before_it_is_ready_is_as_dead_as_any(settings, advice):
    with pytest.raises(WorkerDiedError, match=f"was killed by SIGKILL .* before it was ready{advice}$") as caught:
        batches_of(evaluate(MisbuiltParams(how="kill"), num_processes=1, **settings))
    assert caught.value.exit_code == -signal.SIGKILL


@pytest.mark.parametrize("workers", KINDS)
def test_a_worker_that_cannot_start_says_why(workers):
    with pytest.raises(WorkerStartError, match="no such file: codec"):
        batches_of(evaluate(MisbuiltParams(), **workers))


def test_workers_are_replaced_after_their_share_of_tasks():
    chain = [AddNoiseParams()]
    pipeline = make_pipeline(*chain, num_processes=2, max_tasks_per_process=2, generator=NumbersParams(count=50))
    assert batches_of(pipeline) == batches_of(make_pipeline(*chain, generator=NumbersParams(count=50)))


def test_post_processors_fail_with_the_sample():
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=[MisbehaveParams(at=[1])]))
    pipeline = make_pipeline(data=data)
    with pipeline.generate_input_samples() as samples, pytest.raises(ValueError, match="this sample is bad"):
        list(pipeline.process_output(samples))


def test_nothing_of_all_this_leaves_a_process():
    assert workers_of(os.getpid()) == set()
