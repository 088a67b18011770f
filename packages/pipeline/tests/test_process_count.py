"""The number of workers on systems that lack what Linux has."""

import logging
import os
import select

import pytest
from pipeline_cases import NumbersParams, TellProcessParams, make_pipeline

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.running import available_workers, planning, process_count
from tfaip.pipeline.running.available_workers import missing_for_workers


@pytest.fixture(autouse=True)
def nobody_was_warned():
    available_workers._warn_of_missing.cache_clear()
    yield
    available_workers._warn_of_missing.cache_clear()


def processes_of(pipeline):
    with pipeline.generate_input_samples() as samples:
        return {sample.meta["pid"] for sample in pipeline.process_output(samples, num_processes=2)}


def test_cores_are_counted_where_the_system_does_not_tell_which_are_ours(monkeypatch):
    monkeypatch.delattr(os, "sched_getaffinity")
    monkeypatch.setattr(os, "cpu_count", lambda: 3)
    monkeypatch.setattr(process_count, "seconds_per_element", lambda plan: 1.0)
    assert available_workers.available_cores() == 3
    assert "3 workers, by index" in make_pipeline(num_processes=-1).describe()
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    assert available_workers.available_cores() == 1


@pytest.mark.parametrize(("module", "name"), [(os, "memfd_create"), (os, "posix_fallocate"), (select, "poll")])
@pytest.mark.parametrize("asked", [-1, 2])
def test_without_workers_all_happens_here_with_one_warning(module, name, asked, monkeypatch, caplog):
    monkeypatch.delattr(module, name)
    monkeypatch.setattr(process_count, "seconds_per_element", lambda plan: 1.0)
    with caplog.at_level(logging.WARNING):
        for mode in (PipelineMode.EVALUATION, PipelineMode.PREDICTION):
            pipeline = make_pipeline(TellProcessParams(), num_processes=asked, generator=NumbersParams(), mode=mode)
            assert processes_of(pipeline) == {os.getpid()}
    (message,) = caplog.messages
    assert message == (
        f"Pipelines run in this process only, as with num_processes=0: worker processes need {module.__name__}.{name}, "
        "which this system does not have"
    )


def test_a_sandbox_without_shared_memory_has_no_workers(monkeypatch):
    def refuse(name):
        raise PermissionError(1, "Operation not permitted")

    assert missing_for_workers() is None
    monkeypatch.setattr(os, "memfd_create", refuse)
    assert missing_for_workers() == "os.memfd_create (Operation not permitted)"


@pytest.mark.parametrize("workers", ["threads", "auto"])
def test_threads_need_nothing_of_linux(workers, monkeypatch, caplog):
    monkeypatch.delattr(os, "memfd_create")
    monkeypatch.setattr(planning, "pays_in_threads", lambda *_: True)
    pipeline = make_pipeline(TellProcessParams(), num_processes=2, workers=workers)
    with pipeline.generate_input_batches(repeat=False) as batches:
        assert {meta["pid"] for batch in batches for meta in batch.meta} == {os.getpid()}
        assert batches.counters.processes == 2
    assert caplog.messages == []
