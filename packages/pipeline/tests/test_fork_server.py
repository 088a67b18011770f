"""Workers are forks of a server that knows nothing of the user: as clean as fresh interpreters, and quick to start."""

import os
import resource
import select
import signal
import socket
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from pipeline_cases import NumbersParams, SlowParams, make_pipeline
from processes import fork_servers_of, workers_of
from worker_cases import DrawParams, PrintParams, TellSurroundingsParams

from tfaip.pipeline.engine.processes import fork_server, forked_process
from tfaip.pipeline.engine.processes.forked_process import start_fork_server

TESTS = Path(__file__).parent


def metas_of(*processors, count=20, **settings):
    pipeline = make_pipeline(*processors, num_processes=2, generator=NumbersParams(count=count), **settings)
    with pipeline.generate_input_batches(repeat=False) as batches:
        return [meta for batch in batches for meta in batch.meta]


def is_gone(pid, seconds=5):
    try:
        descriptor = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([descriptor], [], [], seconds)[0])
    finally:
        os.close(descriptor)


def server_id():
    return start_fork_server()._process.pid


def test_a_worker_has_the_surroundings_of_its_consumer(tmp_path, monkeypatch):
    start_fork_server()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("LAB", "here")
    monkeypatch.delenv("HOME", raising=False)
    former_mask, former_limit = os.umask(0o27), resource.getrlimit(resource.RLIMIT_CORE)
    resource.setrlimit(resource.RLIMIT_CORE, (0, former_limit[1]))
    try:
        (told,) = {tuple(meta["surroundings"]) for meta in metas_of(TellSurroundingsParams())}
    finally:
        os.umask(former_mask)
        resource.setrlimit(resource.RLIMIT_CORE, former_limit)
    cores = len(os.sched_getaffinity(0))
    assert told == (str(tmp_path), "here", None, 0o27, 0, cores, os.getpriority(os.PRIO_PROCESS, 0))


def test_a_worker_prints_where_its_consumer_prints(capfd):
    start_fork_server()
    metas_of(PrintParams(), count=4)
    captured = capfd.readouterr()
    assert (captured.out, captured.err) == ("to stdout\n" * 5, "to stderr\n" * 5)  # with the trial of the first sample


def test_printed_lines_come_out_at_once(capfd, monkeypatch):
    monkeypatch.delenv("PYTHONUNBUFFERED", raising=False)
    with make_pipeline(PrintParams(), num_processes=1).generate_input_batches() as batches:
        next(batches)
        assert "to stdout\n" in capfd.readouterr().out


def test_workers_draw_different_numbers_also_from_generators_of_the_whole_process():
    metas = metas_of(DrawParams(), SlowParams(seconds=0.005), count=40)
    assert len({meta["pid"] for meta in metas}) == 2
    assert len({meta["numpy"] for meta in metas}) == len({meta["python"] for meta in metas}) == 40


def test_all_pipelines_have_one_server_as_long_as_modules_are_found_in_the_same_places(monkeypatch, tmp_path):
    former = server_id()
    metas_of()
    assert server_id() == former
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    pipeline = make_pipeline(num_processes=2)
    with pipeline.generate_input_batches() as batches:
        assert server_id() != former
        monkeypatch.setenv("OMP_NUM_THREADS", "3")
        server_id()  # the workers of the one before live on
        assert next(batches).size == 4
    assert is_gone(former)
    assert fork_servers_of(os.getpid()) == {server_id()}


@pytest.mark.parametrize("name", ["PYTHONHASHSEED", "PYTHONWARNINGS", "LD_LIBRARY_PATH", "TZ", "OPENBLAS_CORETYPE"])
def test_variables_that_a_process_reads_when_it_starts_need_another_server(name, monkeypatch):
    server = start_fork_server()
    monkeypatch.setenv("LAB", "elsewhere")
    assert server.is_usable()
    monkeypatch.setenv(name, "0")
    assert not server.is_usable()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can give up its rights")
def test_workers_have_no_rights_that_their_consumer_has_given_up():
    start_fork_server()
    os.setegid(65534)
    try:
        with make_pipeline(num_processes=1).generate_input_batches() as batches:
            next(batches)
            assert {Path(f"/proc/{pid}").stat().st_gid for pid in batches.worker_process_ids()} == {65534}
    finally:
        os.setegid(0)


def test_threads_may_open_pipelines_at_once():
    expected = metas_of()
    with ThreadPoolExecutor(8) as executor:
        assert list(executor.map(lambda _: metas_of(), range(16))) == [expected] * 16


def test_a_pipeline_lives_on_without_its_server_and_the_next_one_gets_another():
    with make_pipeline(num_processes=2, generator=NumbersParams(count=400)).generate_input_batches() as batches:
        next(batches)
        workers = batches.worker_process_ids()
        os.kill(server_id(), signal.SIGKILL)
        assert sum(next(batches).size for _ in range(200)) == 800
    assert all(is_gone(pid) for pid in workers)
    assert len(metas_of()) == 20


def test_a_process_that_has_ended_does_not_keep_its_server(monkeypatch, tmp_path):
    with make_pipeline(num_processes=1).generate_input_batches() as batches:
        next(batches)
        kept = list(batches._engine.pool._workers.values())  # as a traceback may keep them
        former = server_id()
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    assert server_id() != former
    assert kept
    assert is_gone(former)


def test_a_server_that_may_have_ended_is_not_relied_on():
    server = start_fork_server()
    assert start_fork_server() is server
    server._used -= fork_server.IDLE
    assert start_fork_server() is not server


def test_a_server_without_workers_ends_after_a_while_or_when_nobody_can_ask_it(monkeypatch):
    monkeypatch.setattr(fork_server, "IDLE", 0.001)
    ours, theirs = socket.socketpair()
    former = signal.getsignal(signal.SIGCHLD)
    try:
        server = fork_server._Server(theirs)
        assert server.serve() is None
        monkeypatch.setattr(fork_server, "IDLE", 60)
        ours.close()
        assert server.serve() is None
    finally:
        signal.set_wakeup_fd(-1)
        signal.signal(signal.SIGCHLD, former)
        theirs.close()
        for descriptor in (server._ended, server._wake_up):
            os.close(descriptor)


def started_consumer(text):
    process = subprocess.Popen(
        [sys.executable, "-c", text], cwd=TESTS, stdout=subprocess.PIPE, stdin=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "running\n"
    return process, workers_of(process.pid), fork_servers_of(process.pid)


BUSY = """
import sys
from pipeline_cases import make_pipeline
from worker_cases import TouchParams
pipeline = make_pipeline(TouchParams(folder=sys.argv[-1]), num_processes=2, batch_size=1, shuffle_buffer_size=0)
pipeline._is_tried_out = True
with pipeline.generate_input_batches() as batches:
    next(batches)
"""


def test_workers_in_the_midst_of_long_samples_end_with_their_consumer(tmp_path):
    for number in range(2):
        os.mkfifo(tmp_path / str(number))
    process = subprocess.Popen([sys.executable, "-c", BUSY, str(tmp_path)], cwd=TESTS)
    with process:
        for number in range(2):
            (tmp_path / str(number)).read_text()  # until a worker has begun with the sample
        workers, servers = workers_of(process.pid), fork_servers_of(process.pid)
        assert (len(workers), len(servers)) == (2, 1)
        process.kill()
    assert all(is_gone(pid) for pid in workers | servers)


FORKING = """
import os, sys
from pipeline_cases import make_pipeline
with make_pipeline(num_processes=1).generate_input_batches() as batches:
    next(batches)
    if os.fork():
        print("running", flush=True)
    sys.stdin.read()
"""


def test_a_fork_of_the_consumer_does_not_keep_the_server():
    process, workers, servers = started_consumer(FORKING)
    with process:
        assert (len(workers), len(servers)) == (1, 1)
        process.kill()
        process.wait()
        assert all(is_gone(pid) for pid in servers | workers)


USED_IN_FORK = """
import os, sys
from pipeline_cases import NumbersParams, make_pipeline
kind, how = sys.argv[1:]
pipeline = make_pipeline(generator=NumbersParams(count=400), num_processes=2, workers=kind)
batches = pipeline.open_batches(repeat=False)
next(batches)
if not (pid := os.fork()):
    if how == "read":
        print(next(batches))
    sys.exit()
os.waitpid(pid, 0)
print(1 + sum(1 for _ in batches))
"""


@pytest.mark.parametrize("how", ["end", "read"])
@pytest.mark.parametrize("kind", ["processes", "threads"])
def test_a_fork_of_the_consumer_leaves_its_workers_alone(kind, how):
    # Python 3.12 warns of each fork of a process with threads.
    options = ["-X", "dev", "-W", "ignore:This process (pid:DeprecationWarning"]
    command = [sys.executable, *options, "-c", USED_IN_FORK, kind, how]
    done = subprocess.run(command, cwd=TESTS, capture_output=True, text=True, check=False, timeout=60)
    assert done.stdout == "100\n", done.stderr
    words = done.stderr.splitlines()[-1:]
    assert ("of which this process is a fork: open the pipeline here" in str(words)) is (how == "read"), done.stderr
    assert words == [] or how == "read", done.stderr


MASKED = """
import signal
signal.pthread_sigmask(signal.SIG_BLOCK, signal.valid_signals())
from pipeline_cases import batches_of, make_pipeline
print(len(batches_of(make_pipeline(num_processes=2))))
"""


def test_a_consumer_that_blocks_all_signals_hears_of_ended_workers():
    command = [sys.executable, "-c", MASKED]
    assert subprocess.run(command, cwd=TESTS, capture_output=True, check=False, timeout=60).stdout == b"5\n"


@pytest.mark.parametrize("number", [signal.SIGHUP, signal.SIGUSR1, signal.SIGUSR2], ids=lambda number: number.name)
def test_signals_to_the_whole_group_are_left_to_the_consumer(number):
    with make_pipeline(num_processes=2, generator=NumbersParams(count=400)).generate_input_batches() as batches:
        next(batches)
        for pid in [*batches.worker_process_ids(), server_id()]:
            os.kill(pid, number)
        assert sum(next(batches).size for _ in range(200)) == 800


def test_what_a_worker_is_told_of_stays_known_after_its_end():
    ours, theirs = socket.socketpair()
    reading, writing = os.pipe()
    board = os.memfd_create("board")
    os.ftruncate(board, 24)
    with ours, theirs:
        process = forked_process.ForkedProcess(theirs.fileno(), board, reading)
        assert process.wait(0) is None
        pid = process.pid
        process.kill()
        assert process.wait() == process.wait() == -signal.SIGKILL
        process.kill()  # nobody
        assert process.pid == pid
    for descriptor in (reading, writing, board):
        os.close(descriptor)


@pytest.mark.parametrize("closed", [1, 2])
def test_consumers_without_stdout_or_stderr_have_workers_too(closed):
    text = f"import os; os.close({closed}); from worker_cases import PrintParams; from pipeline_cases import *; "
    text += "assert len(batches_of(make_pipeline(PrintParams(), num_processes=1))) == 5"
    assert subprocess.run([sys.executable, "-c", text], cwd=TESTS, capture_output=True, check=False).returncode == 0
