"""What is wrong is found when a pipeline is opened: the first sample is tried before anybody waits for batches."""

import os
import re

import pytest
from kinds_of_workers import WORKERS
from pipeline_cases import (
    BatchedParams,
    Data,
    DataParams,
    DropEveryParams,
    MisbehaveParams,
    MisbuiltParams,
    PairUpParams,
    RepeatParams,
    SlowParams,
    StreamParams,
    batches_of,
    make_pipeline,
)
from processes import workers_of

from tfaip.params import params
from tfaip.pipeline import ArraySpec, PipelineMode
from tfaip.pipeline.errors import SampleTimeoutError, SpecError, WorkerDiedError, WorkerStartError


class OtherData(Data):
    def _input_layer_specs(self):
        return {"x": ArraySpec((None, 3), "float32")}


@params
class OtherDataParams(DataParams):
    def cls(self):
        return OtherData


EVERYWHERE = list(range(20))


def without_traceback(error):
    """The message and the notes, but for that of the worker's traceback."""
    notes = [note for note in error.__notes__ if not note.startswith("Traceback of the worker")]
    return "\n".join([str(error), *notes])


def message_of_opening(pipeline, error=SpecError):
    with pytest.raises(error) as caught:
        pipeline.open_batches()
    assert workers_of(os.getpid()) == set()
    return without_traceback(caught.value)


RULES = {
    "shape": """
        inputs['n'] must be int64[1] according to _input_layer_specs, got int64[2]:
        axis 0 has the length 2 instead of 1
    """,
    "dtype": """
        inputs['n'] must be int64[1] according to _input_layer_specs, got float64[1]:
        the dtypes are of different kinds: convert it in a processor
    """,
    "key": """
        inputs['n'] is missing, which _input_layer_specs declares as int64[1]:
        the sample's inputs hold the keys ['x']
    """,
}


@pytest.mark.parametrize("workers", WORKERS)
@pytest.mark.parametrize("how", RULES)
def test_a_first_sample_that_does_not_fit_the_specs_is_refused_when_the_pipeline_is_opened(how, workers):
    pipeline = make_pipeline(MisbehaveParams(how=how, at=[0]), **workers)
    assert message_of_opening(pipeline).splitlines() == [
        " ".join(RULES[how].split()),
        "after Misbehave, sample 0 of epoch 0 (meta {'index': 0})",
    ]


def test_the_generator_is_named_where_no_processor_is_between():
    pipeline = make_pipeline(data=OtherDataParams())
    assert message_of_opening(pipeline).splitlines()[-1].startswith("as the generator made it, sample 0 of epoch 0")


@pytest.mark.parametrize("workers", WORKERS)
def test_what_is_wrong_only_with_a_batch_of_the_generator_is_found(workers):
    pipeline = make_pipeline(MisbehaveParams(how="shape", at=[0]), generator=BatchedParams(count=7), **workers)
    assert "after Misbehave, sample 0.0 of epoch 0" in message_of_opening(pipeline)


@pytest.mark.parametrize("workers", WORKERS)
def test_where_bad_samples_are_skipped_all_that_are_tried_must_be_wrong(workers):
    settings = {**workers, "on_bad_sample": "skip"}
    mistaken = make_pipeline(MisbehaveParams(how="shape", at=EVERYWHERE), **settings)
    assert "axis 0 has the length 2 instead of 1\nafter Misbehave" in message_of_opening(mistaken)
    most_are_bad = make_pipeline(MisbehaveParams(how="shape", at=EVERYWHERE[:10]), **settings)
    with most_are_bad.generate_input_batches(repeat=False) as batches:
        assert sum(batch.size for batch in batches) == batches.counters.samples == batches.counters.bad == 10
    failing = make_pipeline(MisbehaveParams(how="raise", at=EVERYWHERE), **settings)
    assert batches_of(failing) == []


@pytest.mark.parametrize("workers", WORKERS)
def test_the_first_sample_that_is_not_dropped_is_tried(workers):
    chain = [DropEveryParams(n=5), RepeatParams(), MisbehaveParams(how="shape", at=[2])]
    assert "sample 2" in message_of_opening(make_pipeline(*chain, **workers))


@pytest.mark.parametrize("workers", WORKERS)
def test_a_processor_that_fails_at_the_first_sample_does_so_when_the_pipeline_is_opened(workers):
    pipeline = make_pipeline(MisbehaveParams(at=[0]), **workers)
    assert "this sample is bad" in message_of_opening(pipeline, ValueError)


@pytest.mark.parametrize("chain", [[MisbuiltParams()], [MisbuiltParams(), PairUpParams()]])
def test_a_processor_that_cannot_be_built_is_found_when_the_pipeline_is_opened(chain):
    for processes, error in ((0, FileNotFoundError), (2, WorkerStartError)):
        with pytest.raises(error, match="no such file: codec"):
            make_pipeline(*chain, num_processes=processes).open_batches()
    assert workers_of(os.getpid()) == set()


@pytest.mark.parametrize("how", ["os exit", "kill"])
def test_a_first_sample_that_ends_its_process_ends_that_of_a_worker(how):
    with pytest.raises(WorkerDiedError, match="at sample 0 of epoch 0"):
        make_pipeline(MisbehaveParams(how=how, at=[0]), num_processes=2).open_batches()
    restarting = make_pipeline(
        MisbehaveParams(how=how, at=[0]), num_processes=2, on_worker_death="restart", on_bad_sample="skip"
    )
    with restarting.generate_input_batches(repeat=False) as batches:
        assert sum(batch.size for batch in batches) == 19
        assert batches.counters.bad == 1
    assert workers_of(os.getpid()) == set()


@pytest.mark.parametrize("processes", [2, -1])
def test_a_first_sample_that_takes_for_ever_is_ended(processes):
    pipeline = make_pipeline(MisbehaveParams(how="loop", at=[0]), num_processes=processes, sample_timeout=0.3)
    with pytest.raises(SampleTimeoutError, match=re.escape("sample 0 of epoch 0 took longer than 0.3 s")):
        pipeline.open_batches()


def test_who_restarts_workers_gets_workers_without_a_sample_being_tried_here():
    settings = {"num_processes": -1, "on_worker_death": "restart", "on_bad_sample": "skip"}
    pipeline = make_pipeline(MisbehaveParams(how="os exit", at=[0]), **settings)
    with pipeline.generate_input_batches(repeat=False) as batches:
        assert sum(batch.size for batch in batches) == 19


def test_streams_are_not_read_before_they_are_asked_for():
    pipeline = make_pipeline(MisbehaveParams(how="shape", at=[0]), generator=StreamParams(), shuffle_buffer_size=0)
    with pipeline.generate_input_batches() as batches, pytest.raises(SpecError):
        next(batches)


@pytest.mark.parametrize("workers", WORKERS)
def test_a_sample_that_was_tried_does_not_count_and_comes_again(workers):
    pipeline = make_pipeline(**workers, mode=PipelineMode.EVALUATION)
    with pipeline.generate_input_batches() as batches:
        assert (batches.counters.segments[0].read, batches.counters.samples) == (0, 0)
        assert [meta["index"] for batch in batches for meta in batch.meta] == EVERYWHERE
        assert batches.counters.segments[0].read == 20


def test_a_pipeline_is_tried_once(monkeypatch):
    import pipeline_cases

    read = []
    original = pipeline_cases.make_sample
    monkeypatch.setattr(pipeline_cases, "make_sample", lambda index: read.append(index) or original(index))
    pipeline = make_pipeline(SlowParams(seconds=0.0))
    for _ in range(2):
        pipeline.open_batches().close()
    assert read == [0]


def test_an_empty_pipeline_has_no_sample_to_try():
    make_pipeline(MisbehaveParams(at=[0]), limit=0).open_batches().close()
