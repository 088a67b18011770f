"""Kills, as often as the promises say: no sample is lost or doubled, nothing is left."""

import os
import random
import resource
import select
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fault_tally import counted
from pipeline_cases import AddNoiseParams, NumbersParams, SlowParams, StreamParams, batches_of, contents, make_pipeline
from processes import open_descriptors, workers_of

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.errors import WorkerDiedError

pytestmark = pytest.mark.faults

TESTS = Path(__file__).parent.parent


@pytest.mark.parametrize(
    ("generator", "name"), [(NumbersParams, "by index"), (StreamParams, "of a stream")], ids=["by index", "stream"]
)
def test_fifty_kills_in_a_row_lose_and_double_nothing(generator, name):
    row = counted(f"a worker {name} is killed, on_worker_death=restart")
    settings = {"generator": generator(count=1600), "batch_size": 4}
    expected = batches_of(make_pipeline(AddNoiseParams(), **settings))
    chain = [AddNoiseParams(), SlowParams(seconds=0.002)]
    pipeline = make_pipeline(*chain, num_processes=2, on_worker_death="restart", prefetch=4, **settings)
    dice = random.Random(0)
    received = []
    kills = 0
    with pipeline.generate_input_batches(repeat=False) as batches:
        for number, batch in enumerate(batches):
            received.append(contents(batch))
            if number % 7 == 0 and kills < 50:
                os.kill(dice.choice(sorted(workers_of(os.getpid()))), signal.SIGKILL)
                kills += 1
    row.times += kills
    assert kills == batches.counters.restarts == 50
    row.compare(*([meta["index"] for _, metas, _ in seen for meta in metas] for seen in (received, expected)))
    assert received == expected
    row.look_around()


def test_fifty_kills_are_fifty_errors_within_two_seconds():
    row = counted("a worker is killed, on_worker_death=raise")
    descriptors = None
    for _ in range(50):
        pipeline = make_pipeline(SlowParams(seconds=0.002), num_processes=2, generator=NumbersParams(count=4000))
        with pipeline.generate_input_batches() as batches:
            next(batches)
            os.kill(batches.worker_process_ids()[0], signal.SIGKILL)
            # Between two samples, a worker has nothing but its portion.
            message = "was killed by SIGKILL.* at (sample|position) [0-9]+ of epoch 0|was killed by SIGKILL.* idle"
            with row.error_in_time(), pytest.raises(WorkerDiedError, match=message):
                list(batches)
        del batches  # its error refers to the frames of the engine
        row.times += 1
        row.look_around()
        descriptors = descriptors or open_descriptors()
        assert open_descriptors() == descriptors


@pytest.mark.parametrize("arguments", [[], ["stop reading"]], ids=["reading", "not reading"])
def test_twenty_killed_consumers_leave_nothing(arguments):
    row = counted(f"the consumer is killed while it {'does something else' if arguments else 'reads'}")
    for _ in range(20):
        process = subprocess.Popen(
            [sys.executable, "-m", "consumer", *arguments],
            cwd=TESTS,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        with process:
            workers = [int(worker) for worker in process.stdout.readline().split()[1:]]
            assert process.stdout.readline() == "running\n"
            watched = [os.pidfd_open(worker) for worker in workers]
            process.kill()
            process.wait()
            ended = set()
            deadline = time.monotonic() + 2
            while len(ended) < 2 and time.monotonic() < deadline:
                ended.update(select.select([fd for fd in watched if fd not in ended], [], [], 0.1)[0])
            for descriptor in watched:
                os.close(descriptor)
        row.times += 1
        row.processes += 2 - len(ended)
        assert len(ended) == 2
        assert not workers_of() & set(workers)


def run_limited(code, *, before=None, wrapper=()):
    """Run code beside the cases in a process of its own."""
    return subprocess.run(
        [*wrapper, sys.executable, "-c", code],
        cwd=TESTS,
        env={**os.environ, "PYTHONPATH": str(TESTS)},
        capture_output=True,
        text=True,
        timeout=120,
        preexec_fn=before,
        check=False,
    )


READ_ALL = """
from pipeline_cases import *
pipeline = make_pipeline(generator=NumbersParams(count=4000), num_processes=2, batch_size=1000)
print(len(batches_of(pipeline)), "batches")
"""


def test_a_full_dev_shm_does_not_matter():
    """The memory is anonymous: it is in no file system that could be too small."""
    mounted = 'mount -t tmpfs -o size=4k tmpfs /dev/shm && df --output=size -k /dev/shm | tail -n 1 && exec "$@"'
    result = run_limited(READ_ALL, wrapper=["unshare", "--mount", "sh", "-c", mounted, "sh"])
    if "not permitted" in result.stderr and not result.stdout:
        pytest.skip("mounting needs root")
    assert result.stdout.split() == ["4", "4", "batches"]
    assert result.stderr == ""
    row = counted("/dev/shm of 4 KiB")
    row.times += 1
    row.remark = "does not matter: the memory is in no file system"


def test_no_shared_memory_to_be_had_is_an_error_that_says_so():
    """A limit on the size of files limits anonymous ones too, as a full machine would."""

    def limit():
        resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 14, 1 << 14))

    result = run_limited(READ_ALL, before=limit)
    assert "MemoryError: no " in result.stderr
    assert "bytes of shared memory for a batch" in result.stderr
    row = counted("no shared memory to be had")
    row.times += 1
    row.errors += 1


def test_a_consumer_that_stops_reading_is_waited_for_without_growing():
    pipeline = make_pipeline(AddNoiseParams(), num_processes=2, prefetch=4, mode=PipelineMode.EVALUATION)
    pipeline.generator_params.count = 400
    with pipeline.generate_input_batches() as batches:
        first = contents(next(batches))
        # Until the workers have nothing left to do: then they have made all that they may make in advance.
        idle = 0
        while idle < 20:
            time.sleep(0.01)
            stats = [Path(f"/proc/{pid}/stat").read_text() for pid in workers_of(os.getpid())]
            states = {stat.rpartition(")")[2].split()[0] for stat in stats}
            idle = idle + 1 if states == {"S"} else 0
        received = [first, *map(contents, batches)]
        assert batches.counters.segments[0].read == 400
    row = counted("a consumer stops reading, and goes on")
    row.times += 1
    assert received == batches_of(
        make_pipeline(AddNoiseParams(), mode=PipelineMode.EVALUATION, generator=NumbersParams(count=400))
    )
    row.look_around()
