"""Threads are workers where all classes declare it, and by themselves where a trial shows that they pay."""

import logging
import os
import signal
import threading
import time

import pytest
from kinds_of_workers import THREADS
from pipeline_cases import (
    AddNoise,
    DataParams,
    Double,
    DoubleParams,
    DropEveryParams,
    MisbehaveParams,
    NumbersParams,
    PairUpParams,
    Slow,
    SlowParams,
    StreamParams,
    TellProcessParams,
    batches_of,
    make_pipeline,
)
from slow_cases import SlowFirstParams

from tfaip.pipeline import PipelineMode, SequentialProcessorPipelineParams
from tfaip.pipeline.errors import DefinitionError, SampleTimeoutError
from tfaip.pipeline.running import planning, worker_kind
from tfaip.pipeline.running.worker_kind import declares_thread_safe, pays_in_threads


@pytest.fixture
def trials(monkeypatch):
    """The results of the next trials; each takes one of them."""
    results = []
    monkeypatch.setattr(planning, "pays_in_threads", lambda *_: results.pop())
    return results


def is_in_threads(pipeline):
    with pipeline.generate_input_batches(repeat=False) as batches:
        next(batches)
        return not batches.worker_process_ids()


def test_a_class_that_declares_nothing_is_refused_by_name(monkeypatch):
    monkeypatch.delattr(Double, "thread_safe")
    message = (
        "workers=threads needs classes that declare thread_safe = True, Double does not: declare it if several "
        "objects of the class may work at once in threads, or set workers=processes"
    )
    pipeline = make_pipeline(SlowParams(), DoubleParams(), **THREADS)
    with pytest.raises(DefinitionError) as caught:
        pipeline.open_batches()
    assert str(caught.value) == message
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=[DoubleParams()]))
    with pytest.raises(DefinitionError, match="Double does not"):
        make_pipeline(data=data, **THREADS).process_output([], num_processes=2)


@pytest.mark.parametrize("setting", [{"on_worker_death": "restart"}, {"max_tasks_per_process": 3}])
def test_threads_are_refused_where_a_setting_needs_processes(setting):
    ((name, value),) = setting.items()
    with pytest.raises(DefinitionError, match=f"^workers=threads can't be used with {name}={value}, since threads"):
        make_pipeline(**THREADS, **setting).open_batches()


def test_a_declaration_does_not_hold_for_methods_of_subclasses():
    class Renamed(Slow):
        """The same."""

    class Changed(Slow):
        def apply(self, sample):
            return sample

    class DeclaredAgain(Changed):
        thread_safe = True

    class Revoked(DeclaredAgain):
        thread_safe = False

    declared = [declares_thread_safe(cls) for cls in (Slow, Renamed, Changed, DeclaredAgain, Revoked)]
    assert declared == [True, True, False, True, False]


def test_processors_that_run_once_in_the_consumer_need_no_declaration(monkeypatch):
    monkeypatch.delattr("pipeline_cases.PairUp.thread_safe")
    assert is_in_threads(make_pipeline(DoubleParams(), PairUpParams(), **THREADS))


@pytest.mark.parametrize("pays", [True, False])
def test_the_kind_is_chosen_once_by_a_trial(pays, trials):
    trials.append(pays)
    pipeline = make_pipeline(SlowParams(), num_processes=2, workers="auto")
    assert [is_in_threads(pipeline), is_in_threads(pipeline)] == [pays, pays]
    assert trials == []
    assert f"2 {'threads' if pays else 'workers'}, by index" in pipeline.describe()


def test_without_a_declaration_or_with_protection_there_is_no_trial(trials, monkeypatch):
    for settings in ({"sample_timeout": 60}, {"on_worker_death": "restart"}, {"max_tasks_per_process": 9}):
        assert not is_in_threads(make_pipeline(num_processes=1, workers="auto", **settings))
    assert not is_in_threads(make_pipeline(DoubleParams(), generator=StreamParams(), num_processes=1, workers="auto"))
    monkeypatch.delattr(AddNoise, "thread_safe")
    monkeypatch.delattr("pipeline_cases.Numbers.thread_safe")
    assert not is_in_threads(make_pipeline(num_processes=1, workers="auto"))


def plan_of(*processors, **settings):
    return make_pipeline(*processors, **settings)._planner.plan(None, packs=False)[0]


@pytest.mark.parametrize(("together", "pays"), [(0.6, True), (1.0, True), (1.3, False), (2.0, False)])
def test_threads_pay_where_they_are_about_as_fast_as_processes(together, pays, monkeypatch):
    monkeypatch.setattr(worker_kind, "available_cores", lambda: 2)
    times = {1: (1.0, 3.0), 2: (3.0, together)}
    monkeypatch.setattr(worker_kind, "_measured", lambda segments, *_: times[len(segments)])
    plan = plan_of(DoubleParams(), **THREADS)
    assert pays_in_threads(plan, 2, 20, 4) == pays
    assert not pays_in_threads(plan, 1, 20, 4)
    assert not pays_in_threads(plan, 2, 0, 4)


def test_work_that_holds_the_interpreter_lock_never_pays_in_threads(monkeypatch):
    monkeypatch.setattr(worker_kind, "available_cores", lambda: 2)
    monkeypatch.setattr(Slow, "apply", lambda self, sample: sample if sum(range(20_000)) else None)
    assert not any(pays_in_threads(plan_of(SlowParams(), **THREADS), 2, 20, 8) for _ in range(3))


def test_the_trial_of_slow_samples_begins_no_second_one(monkeypatch):
    """Clocks stand still but for the samples, which take 1 s each."""
    worked = []
    monkeypatch.setattr(worker_kind, "available_cores", lambda: 2)
    monkeypatch.setattr(worker_kind, "perf_counter", lambda: float(len(worked)))
    monkeypatch.setattr(worker_kind, "thread_time", lambda: 0.0)
    monkeypatch.setattr(Slow, "apply", lambda self, sample: worked.append(sample.meta["index"]) or sample)
    assert not pays_in_threads(plan_of(SlowParams(), **THREADS), 2, 20, 8)
    trial_is_over()
    assert worked == [0]


def test_nobody_waits_for_a_sample_of_the_trial_that_does_not_return(monkeypatch):
    goes_on = threading.Event()
    worked = []

    def apply(self, sample):
        worked.append(sample.meta["index"])
        goes_on.wait()
        return sample

    monkeypatch.setattr(worker_kind, "available_cores", lambda: 2)
    monkeypatch.setattr(worker_kind, "_LONGEST_WAIT", 0.05)
    monkeypatch.setattr(Slow, "apply", apply)
    assert not pays_in_threads(plan_of(SlowParams(), **THREADS), 2, 20, 8)
    goes_on.set()
    trial_is_over()
    assert len(worked) <= 1


def trial_is_over():
    for thread in threading.enumerate():
        if thread.name == "tfaip-pipeline-trial":
            thread.join()


def test_a_trial_that_fails_is_told_of_where_samples_are_wanted():
    plan = plan_of(MisbehaveParams(at=[0]), **THREADS)
    assert not pays_in_threads(plan, 2, 20, 4)


def test_threads_work_in_this_process_and_at_once():
    pipeline = make_pipeline(TellProcessParams(), SlowParams(), generator=NumbersParams(count=40), **THREADS)
    with pipeline.generate_input_batches(repeat=False) as batches:
        assert {meta["pid"] for batch in batches for meta in batch.meta} == {os.getpid()}


def test_samples_are_handed_over_as_they_are(monkeypatch):
    kept = {}

    def apply(self, sample):
        kept[sample.meta["index"]] = sample.inputs["x"]
        return sample

    monkeypatch.setattr(Double, "apply", apply)
    pipeline = make_pipeline(DoubleParams(), mode=PipelineMode.EVALUATION, **THREADS)
    with pipeline.generate_input_samples() as samples:
        assert all(sample.inputs["x"] is kept[sample.meta["index"]] for sample in samples)
    assert sorted(kept) == list(range(20))


def test_what_cannot_be_pickled_needs_no_pickling_in_threads(monkeypatch):
    monkeypatch.setattr(Double, "apply", lambda self, sample: sample.new_meta({"f": lambda: 3}))
    with make_pipeline(DoubleParams(), **THREADS).generate_input_samples() as samples:
        assert {sample.meta["f"]() for sample in samples} == {3}


def test_native_code_that_does_not_return_is_an_error_in_time_and_told_to_stay(monkeypatch, caplog):
    monkeypatch.setattr(
        Slow, "apply", lambda self, sample: time.sleep(0.6 if sample.meta["index"] == 7 else 0) or sample
    )
    settings = {**THREADS, "sample_timeout": 0.2, "mode": PipelineMode.EVALUATION}
    with pytest.raises(SampleTimeoutError, match=r"sample 7 of epoch 0 took longer than 0.2 s"):
        batches_of(make_pipeline(SlowParams(), **settings))
    with caplog.at_level(logging.WARNING):
        batches = batches_of(make_pipeline(SlowParams(), on_bad_sample="skip", **settings))
    assert [meta["index"] for _, metas, _ in batches for meta in metas] == [n for n in range(20) if n != 7]
    assert "A thread still works on sample 7 of epoch 0: native code can't be interrupted" in caplog.text


def test_threads_post_process_in_order():
    processors = [SlowFirstParams(), DropEveryParams()]
    data = DataParams(post_proc=SequentialProcessorPipelineParams(processors=processors))

    def processed(count):
        with make_pipeline(mode=PipelineMode.EVALUATION).generate_input_samples() as samples:
            made = make_pipeline(data=data, workers="threads").process_output(samples, num_processes=count)
            return [sample.meta["index"] for sample in made]

    assert processed(2) == processed(0)
    assert len(processed(2)) < 20


def test_an_interruption_of_the_consumer_ends_the_threads(monkeypatch):
    monkeypatch.setattr(Slow, "apply", lambda self, sample: signal.raise_signal(signal.SIGINT) or sample)
    # A shell lets its background jobs ignore the signal.
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        with (
            pytest.raises(KeyboardInterrupt),
            make_pipeline(SlowParams(), **THREADS).generate_input_batches() as batches,
        ):
            list(batches)
    finally:
        signal.signal(signal.SIGINT, former)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("tfaip-pipeline")]
