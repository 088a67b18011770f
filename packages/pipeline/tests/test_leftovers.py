"""Promise 6: no process, no shared memory and no file descriptor is left, however it ends."""

import gc
import os
import select
import signal
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from kinds_of_workers import KINDS
from pipeline_cases import Data, MisbehaveParams, NumbersParams, make_pipeline
from processes import open_descriptors, own_shared_memory, workers_of

from tfaip.pipeline.engine.processes.forked_process import start_fork_server


@pytest.fixture(autouse=True)
def _nothing_is_left():
    gc.collect()
    start_fork_server()  # which stays
    descriptors = open_descriptors()
    yield
    gc.collect()
    assert workers() == 0
    assert own_shared_memory() == []
    assert open_descriptors() <= descriptors


def workers():
    """How many workers of either kind live."""
    threads = [thread for thread in threading.enumerate() if thread.name.startswith("tfaip-pipeline")]
    return len(threads) + len(workers_of(os.getpid()))


@pytest.fixture(params=KINDS)
def big_pipeline(request):
    def made(*processors, **settings):
        generator = NumbersParams(count=3000)
        return make_pipeline(*processors, generator=generator, batch_size=500, **request.param, **settings)

    return made


def test_after_exhaustion(big_pipeline):
    with big_pipeline().generate_input_batches(repeat=False) as batches:
        assert sum(batch.size for batch in batches) == 3000
        assert workers() == 0  # without waiting for the end of the context


def test_after_break(big_pipeline):
    with big_pipeline().generate_input_batches() as batches:
        for _ in batches:
            assert workers() == 2
            break


def test_after_an_error_of_the_consumer(big_pipeline):
    def consume(batches):
        next(batches)
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError), big_pipeline().generate_input_batches() as batches:
        consume(batches)


def test_after_an_error_of_a_processor(big_pipeline):
    with pytest.raises(ValueError), big_pipeline(MisbehaveParams()).generate_input_batches(repeat=False) as batches:
        list(batches)


@pytest.mark.parametrize("read", [1, 3, 100], ids=["break", "break later", "exhaustion"])
def test_although_the_iterator_is_kept(read, big_pipeline):
    with big_pipeline(prefetch=8).generate_input_batches(repeat=False) as batches:
        for _, batch in zip(range(read), batches, strict=False):
            assert batch.size == 500
            del batch
    gc.collect()
    assert own_shared_memory() == []
    with big_pipeline(prefetch=8).generate_input_samples() as samples:
        next(samples)
    assert own_shared_memory() == []
    del batches, samples


def test_after_being_forgotten(big_pipeline):
    batches = big_pipeline().open_batches()
    next(batches)
    assert workers() == 2
    del batches
    gc.collect()


def test_of_samples_that_were_not_all_read(big_pipeline):
    with big_pipeline().generate_input_samples() as samples:
        next(samples)


def test_after_a_hook_that_fails_once_workers_run(big_pipeline, monkeypatch):
    def fails(data):
        raise ValueError("no length")

    monkeypatch.setattr(Data, "element_length_fn", fails)
    with pytest.raises(ValueError, match="no length"):
        big_pipeline(bucket_boundaries=[5]).open_batches()
    assert workers() == 0


def test_after_a_thread_that_the_system_refuses(monkeypatch):
    started = threading.Thread.start

    def start(thread):
        if thread.name == "tfaip-pipeline-1":
            raise RuntimeError("can't start new thread")
        started(thread)

    monkeypatch.setattr(threading.Thread, "start", start)
    with pytest.raises(RuntimeError, match="can't start new thread"):
        make_pipeline(workers="threads", num_processes=2).open_batches()


def start_consumer(*arguments):
    """The consumer in a process of its own, once it runs, and the ids of its workers."""
    process = subprocess.Popen(
        [sys.executable, "-m", "consumer", *arguments],
        cwd=Path(__file__).parent,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    assert process.stdout is not None
    _, *workers = process.stdout.readline().split()
    assert process.stdout.readline() == "running\n"
    return process, [int(worker) for worker in workers]


def wait_for_end(pids):
    """Wait until all these processes are gone, up to two seconds."""
    for pid in pids:
        try:
            descriptor = os.pidfd_open(pid)
        except ProcessLookupError:
            continue
        try:
            assert select.select([descriptor], [], [], 2)[0], f"worker {pid} still lives"
        finally:
            os.close(descriptor)


@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGTERM, signal.SIGKILL], ids=lambda how: how.name)
@pytest.mark.parametrize("arguments", [[], ["stop reading"]], ids=["reading", "not reading"])
def test_after_a_signal_to_the_consumer(how, arguments):
    process, workers = start_consumer(*arguments)
    with process:
        assert len(workers) == 2
        process.send_signal(how)
        process.wait(5)
        assert process.returncode in (-how, 1)
    wait_for_end(workers)


def test_ctrl_c_in_a_terminal_reaches_the_workers_too_and_is_left_to_the_consumer():
    process = subprocess.Popen(
        [sys.executable, "-m", "consumer"],
        cwd=Path(__file__).parent,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    assert process.stdout is not None
    assert process.stderr is not None
    workers = [int(worker) for worker in process.stdout.readline().split()[1:]]
    process.stdout.readline()
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=5)
    assert errors.count("KeyboardInterrupt") == 1  # only the consumer's
    assert "WorkerDied" not in errors
    wait_for_end(workers)
