"""A lack of open files, processes or memory ends the pipeline that asked for more, in a sentence, and no other."""

import os
import select
import subprocess
import sys
from pathlib import Path

import pytest
from pipeline_cases import make_pipeline

from tfaip.pipeline.engine.processes.forked_process import ForkedProcess

TESTS = Path(__file__).parent
EMFILE = (
    "a worker process can't be started: Too many open files (limit 128); raise the limit (ulimit -n), or set fewer "
)

SECOND_PIPELINE = """
import os, resource, sys
from pipeline_cases import NumbersParams, make_pipeline
from tfaip.pipeline.engine.processes import forked_process

free, place = int(sys.argv[1]), sys.argv[2]
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (128, hard))
generator = NumbersParams(count=4000)
with make_pipeline(num_processes=2, generator=generator).generate_input_batches(repeat=False) as first:
    next(first)
    if place == "server":
        server = forked_process._servers[0]._process.pid
        used = max(map(int, os.listdir(f"/proc/{server}/fd"))) + 1
        resource.prlimit(server, resource.RLIMIT_NOFILE, (used + free, hard))
    else:
        held = []
        try:
            while True:
                held.append(os.open(os.devnull, os.O_RDONLY))
        except OSError:
            for number in held[len(held) - free:]:
                os.close(number)
    before = len(os.listdir("/proc/self/fd"))
    try:
        with make_pipeline(num_processes=2, generator=generator).generate_input_batches(repeat=False) as second:
            next(second)
    except Exception as error:
        print(type(error).__name__, error)
    print(len(os.listdir("/proc/self/fd")) - before, "left open,", len(list(first)), "further batches")
"""


def run(code, *words):
    environment = {**os.environ, "PYTHONPATH": str(TESTS)}
    done = subprocess.run(
        [sys.executable, "-c", code, *map(str, words)], env=environment, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


@pytest.mark.parametrize("free", [1, 5, 8, 11])
def test_without_room_for_descriptors_the_pipeline_that_asks_ends_and_leaves_none(free):
    told, rest = run(SECOND_PIPELINE, free, "consumer")
    assert told.startswith(f"WorkerStartError {EMFILE}")
    assert rest == "0 left open, 999 further batches"


def test_a_fork_server_without_room_refuses_one_worker_and_keeps_the_others():
    told, rest = run(SECOND_PIPELINE, 0, "server")
    assert told.startswith(f"WorkerStartError {EMFILE}")
    assert rest == "0 left open, 999 further batches"


def test_a_consumer_may_keep_more_batches_than_it_may_open_files():
    code = """
import resource
from pipeline_cases import NumbersParams, make_pipeline
resource.setrlimit(resource.RLIMIT_NOFILE, (64, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
pipeline = make_pipeline(num_processes=1, batch_size=300, generator=NumbersParams(count=30_000))
with pipeline.generate_input_batches(repeat=False) as batches:
    print(len(list(batches)))
"""
    assert run(code) == ["100"]


class HandlerError(Exception):
    """Raised by a signal handler."""


@pytest.mark.parametrize("place", ["noted", "taken"])
def test_an_interrupt_while_the_pid_of_a_worker_arrives_loses_no_worker(place, monkeypatch):
    note = ForkedProcess._note
    seen = []

    def interrupted(self, pid, has_ended, code):
        if seen:
            return note(self, pid, has_ended, code)
        seen.append(pid)
        if place == "taken":
            note(self, pid, has_ended, code)
        raise HandlerError

    monkeypatch.setattr(ForkedProcess, "_note", interrupted)
    batches = make_pipeline(num_processes=1).open_batches()
    try:
        with pytest.raises(HandlerError):
            batches.worker_process_ids()
        assert batches.worker_process_ids() == seen
        end = os.pidfd_open(seen[0])
    finally:
        batches.close()
    try:
        assert select.select([end], [], [], 5)[0]
    finally:
        os.close(end)


def test_a_fork_that_fails_is_refused_and_leaves_no_descriptor():
    code = """
import errno, os, socket
from tfaip.pipeline.engine.processes import fork_server
from tfaip.pipeline.engine.processes.system_limits import in_words

def fork():
    raise BlockingIOError(errno.EAGAIN, "no more processes")

os.fork = fork
requests, theirs = socket.socketpair()
server = fork_server._Server(theirs)
messages, of_server = socket.socketpair()
descriptors = [os.dup(of_server.fileno()) for _ in range(7)]
server._give_spare_back()
before = len(os.listdir("/proc/self/fd"))
print(server._answer(descriptors), len(os.listdir("/proc/self/fd")) - before)
print(in_words(fork_server.NEWS.unpack(messages.recv(99))[2]))
"""
    answer, words = run(code)
    assert answer == "False 0"  # the seven of the request are closed, and as many are held for the next one
    assert words.endswith("raise the limit of processes (ulimit -u), or set fewer num_processes")
