"""Two processes that train together, as two machines do."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import h5py
import numpy as np
import pytest

from tfaip.trainer.folder.checkpoint import Checkpoints

pytestmark = pytest.mark.machines

WORKER = Path(__file__).with_name("worker.py")
PATIENCE = 600.0
# Exit codes; Python ends by the signal itself where nothing catches a KeyboardInterrupt.
STOPPED = {signal.SIGTERM: 128 + signal.SIGTERM, signal.SIGINT: -signal.SIGINT}


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    try:
        for one in sockets:
            one.bind(("127.0.0.1", 0))
        return [one.getsockname()[1] for one in sockets]
    finally:
        for one in sockets:
            one.close()


def start(what: str, workers: int, addresses=None, **changes) -> list[subprocess.Popen]:
    changes["dist_strategy"] = "multi_worker" if workers > 1 else "default"
    addresses = addresses or [f"127.0.0.1:{port}" for port in free_ports(workers)]
    processes = []
    for index in range(workers):
        config = {"cluster": {"worker": addresses}, "task": {"type": "worker", "index": index}}
        environment = {**os.environ, "TF_CONFIG": json.dumps(config)}
        command = [sys.executable, str(WORKER), what, json.dumps(changes)]
        processes.append(
            subprocess.Popen(
                command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd="/"
            )
        )
    return processes


def logs_of(processes: list[subprocess.Popen]) -> list[dict]:
    logs = []
    for process in processes:
        out, err = process.communicate(timeout=PATIENCE)
        assert process.returncode == 0, err[-4000:]
        logs.append(json.loads(out.splitlines()[-1]))
    return logs


def weights_of(folder: Path) -> dict[str, np.ndarray]:
    found = {}
    with h5py.File(Checkpoints(folder / "checkpoint").newest().path / "weights.h5") as file:
        file.visititems(lambda name, item: found.update({name: item[()]}) if isinstance(item, h5py.Dataset) else None)
    return {name: value for name, value in found.items() if value.dtype.kind == "f"}


def steps_of(folder: Path) -> int:
    """Return the step of the newest checkpoint, of which there may be a second one."""
    return int(Checkpoints(folder / "checkpoint").newest().path.name.split("_")[1])


def assert_same_weights(folder: Path, other: Path) -> None:
    weights, others = weights_of(folder), weights_of(other)
    assert weights.keys() == others.keys()
    for name, value in weights.items():
        np.testing.assert_allclose(value, others[name], atol=1e-5, err_msg=name)


@pytest.fixture(scope="module")
def alone(tmp_path_factory):
    """Folder and logs of 100 steps in one process."""
    folder = tmp_path_factory.mktemp("alone") / "run"
    (logs,) = logs_of(start("train", 1, output_dir=str(folder), epochs=20))
    return folder, logs


def test_two_workers_train_as_one_process_and_only_the_chief_writes(alone, tmp_path):
    folder = tmp_path / "run"
    logs = logs_of(start("train", 2, output_dir=str(folder), epochs=20))
    assert logs[0] == logs[1]
    for name, value in alone[1].items():
        assert logs[0][name] == pytest.approx(value, abs=1e-5), name
    assert_same_weights(folder, alone[0])
    lines = (folder / "metrics.jsonl").read_text().splitlines()
    assert [json.loads(line)["step"] for line in lines] == [5 * epoch for epoch in range(1, 21)]


@pytest.mark.parametrize("taken", [0, 1], ids=["the chief's", "another worker's"])
def test_a_port_that_is_taken_ends_all_workers_within_a_minute(tmp_path, taken):
    addresses = [f"127.0.0.1:{port}" for port in free_ports(2)]
    with socket.create_server(("127.0.0.1", int(addresses[taken].partition(":")[2]))):
        workers = start("train", 2, addresses, output_dir=str(tmp_path / "run"), epochs=2)
        try:
            ends = [workers[taken].communicate(timeout=PATIENCE)]
            ends.append(workers[1 - taken].communicate(timeout=60))
        finally:
            for worker in workers:
                worker.kill()
    assert [worker.returncode for worker in workers] == [2, 2], ends
    assert all(f"the port of {addresses[taken]} is taken by another program" in err for _, err in ends), ends


def started_workers(folder: Path, **changes) -> list[subprocess.Popen]:
    """Start two workers and wait for the first checkpoint."""
    workers = start("train", 2, output_dir=str(folder), epochs=100_000, **changes)
    deadline = time.monotonic() + PATIENCE
    while Checkpoints(folder / "checkpoint").newest() is None and time.monotonic() < deadline:
        assert all(worker.poll() is None for worker in workers), workers[0].communicate()[1][-4000:]
        time.sleep(0.2)
    return workers


@pytest.mark.parametrize(
    ("stopped", "number"),
    [(0, signal.SIGTERM), (1, signal.SIGTERM), (1, signal.SIGINT)],
    ids=["SIGTERM to the chief", "SIGTERM to another worker", "SIGINT to another worker"],
)
def test_a_signal_to_one_worker_stops_all_after_the_same_step(tmp_path, stopped, number):
    folder = tmp_path / "run"
    workers = started_workers(folder)
    try:
        workers[stopped].send_signal(number)
        ends = [worker.communicate(timeout=PATIENCE) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [STOPPED[number]] * 2, ends[0][1][-4000:] + ends[1][1][-4000:]
    status = json.loads((folder / "status.json").read_text())
    assert (status["state"], status["step"]) == ("stopped", steps_of(folder))
    if number == signal.SIGINT:
        return
    epochs = steps_of(folder) // 5 + 3
    logs = logs_of(start("resume", 2, output_dir=str(folder), epochs=epochs))
    same = tmp_path / "same"
    assert logs[0] == pytest.approx(logs_of(start("train", 2, output_dir=str(same), epochs=epochs))[0])
    assert_same_weights(folder, same)


@pytest.mark.parametrize(
    ("lost", "how"),
    [(0, signal.SIGKILL), (1, signal.SIGKILL), (1, signal.SIGSTOP)],
    ids=["the chief", "another worker", "one that says nothing more"],
)
def test_a_lost_worker_ends_the_others_within_a_minute_and_the_run_resumes(tmp_path, lost, how):
    folder = tmp_path / "run"
    workers = started_workers(folder)
    try:
        workers[lost].send_signal(how)
        _, err = workers[1 - lost].communicate(timeout=60)
    finally:
        for worker in workers:
            worker.kill()
            worker.communicate()
    assert workers[1 - lost].returncode == 2, err[-4000:]
    assert "is lost, and the training can't go on without it" in err, err[-4000:]
    assert "tfaip-resume-training" in err

    steps = steps_of(folder)
    logs = logs_of(start("resume", 2, output_dir=str(folder), epochs=steps // 5 + 5))
    assert logs[0] == logs[1]
    same = tmp_path / "same"
    logs_of(start("train", 2, output_dir=str(same), epochs=steps // 5 + 5))
    assert_same_weights(folder, same)


def test_workers_with_unequal_shards_end_each_epoch_together_and_go_on_where_they_stopped(tmp_path):
    random = np.random.default_rng(0)
    for shard, size in enumerate([40, 3, 5, 31, 2]):
        directions = random.integers(0, 3, size)
        points = random.normal(0, 0.3, (size, 2)) + np.eye(3)[directions][:, :2]
        rows = zip(points.tolist(), directions.tolist(), strict=True)
        lines = [json.dumps({"point": point, "direction": [direction]}) for point, direction in rows]
        (tmp_path / f"points-{shard}.jsonl").write_text("\n".join(lines))
    changes = {"files": [str(tmp_path / "points-*.jsonl")]}
    folder = tmp_path / "run"
    workers = started_workers(folder, **changes)
    try:
        workers[0].send_signal(signal.SIGTERM)
        ends = [worker.communicate(timeout=PATIENCE) for worker in workers]
    finally:
        for worker in workers:
            worker.kill()
    assert [worker.returncode for worker in workers] == [128 + signal.SIGTERM] * 2, ends[0][1][-4000:]
    epochs = json.loads((folder / "status.json").read_text())["epoch"] + 3
    logs = logs_of(start("resume", 2, output_dir=str(folder), epochs=epochs, **changes))
    assert logs[0] == logs[1]
    same = tmp_path / "same"
    assert logs[0] == pytest.approx(logs_of(start("train", 2, output_dir=str(same), epochs=epochs, **changes))[0])
    assert_same_weights(folder, same)
