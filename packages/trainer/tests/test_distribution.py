"""Several devices of one machine train as one device does; for machines see `distributed/`."""

import json
import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from tfaip.model import DeviceConfigParams, DeviceError
from tfaip.pipeline import DataPipelineParams
from tfaip.trainer.distribution.cluster import Cluster
from tfaip.trainer.distribution.share import share_of_batches, share_of_state
from tfaip.trainer.distribution.strategy import create_strategy

# The CPU can be divided only before TensorFlow starts, so that these run in a process of their own.
REPLICAS = Path(__file__).with_name("distributed") / "replicas.py"


@pytest.fixture(scope="module")
def differences():
    """For each case, the largest difference of a weight, and of a log, between two devices and one."""
    done = subprocess.run([sys.executable, str(REPLICAS)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-6000:]
    return json.loads(done.stdout.splitlines()[-1])


@pytest.mark.parametrize("case", ["mirror", "mirror, averaged", "mirror, accumulated", "mirror, clipped", "central"])
def test_two_devices_train_as_one(differences, case):
    weights, logs = differences[case]
    assert weights < 1e-5
    assert logs < 1e-5


def test_a_batch_that_is_smaller_than_the_replicas_counts_once(differences):
    weights, logs = differences["batch of one"]
    assert weights < 1e-5
    assert logs < 1e-5


def test_replicas_drop_units_of_their_own(differences):
    assert differences["random states"] == 2


def test_the_averages_are_those_of_one_device(differences):
    assert differences["average"] < 1e-5


def test_a_step_that_is_left_out_changes_no_weight_on_any_device(differences):
    assert differences["left out"] == []


def test_the_workers_are_named_by_tf_config_chief_first(monkeypatch):
    config = {"cluster": {"chief": ["a:1"], "worker": ["b:1", "c:1"]}, "task": {"type": "worker", "index": 1}}
    monkeypatch.setenv("TF_CONFIG", json.dumps(config))
    cluster = Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))
    assert (cluster.workers, cluster.index, cluster.is_chief) == (("a:1", "b:1", "c:1"), 2, False)
    assert Cluster.from_tf_config(cluster.as_tf_config()) == cluster


def test_a_single_machine_is_no_cluster_whatever_the_environment_says(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", "{}")
    assert Cluster.of(DeviceConfigParams()) is None


@pytest.mark.parametrize(
    ("config", "message"),
    [
        ("{", "TF_CONFIG must look like .* got '{'"),
        ('{"cluster": {"worker": ["a:1"]}}', "TF_CONFIG must look like"),
        (
            '{"cluster": {"worker": ["a:1"]}, "task": {"type": "worker", "index": 1}}',
            "must be one of the 1 workers of its cluster, got {'type': 'worker', 'index': 1}",
        ),
    ],
)
def test_a_tf_config_that_makes_no_sense_is_one_sentence(monkeypatch, config, message):
    monkeypatch.setenv("TF_CONFIG", config)
    with pytest.raises(DeviceError, match=message):
        Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))


def test_workers_that_nothing_names_are_one_sentence(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.delenv("SLURM_PROCID", raising=False)
    with pytest.raises(DeviceError, match="multi_worker needs the environment variable TF_CONFIG, or a job of Slurm"):
        Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({}, "dist_strategy mirror needs several devices, but there is one CPU"),
        ({"precision": "mixed_float16"}, "precision mixed_float16 doesn't work with device.dist_strategy mirror"),
        ({"jit_compile": True}, "jit_compile doesn't work with device.dist_strategy mirror"),
    ],
)
def test_what_can_not_be_distributed_is_refused_by_name(changes, message):
    with pytest.raises(DeviceError, match=message):
        create_strategy(DeviceConfigParams(dist_strategy="mirror", **changes), None)


@pytest.fixture
def slurm(monkeypatch):
    """A step of four tasks on two nodes without GPUs, of which this is the third."""
    monkeypatch.delenv("TF_CONFIG", raising=False)
    monkeypatch.delenv("CUDA_VISIBLE_DEVICES", raising=False)
    monkeypatch.delenv("TFAIP_PORT_BASE", raising=False)
    for name, value in {
        "JOB_ID": "1000",
        "STEP_ID": "0",
        "PROCID": "2",
        "STEP_NUM_TASKS": "4",
        "STEP_NODELIST": "node[1-2]",
        "STEP_TASKS_PER_NODE": "2(x2)",
    }.items():
        monkeypatch.setenv(f"SLURM_{name}", value)
    return monkeypatch


def test_the_workers_are_the_tasks_of_a_slurm_step(slurm):
    cluster = Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))
    first = 12_000 + 1000 * 13 % 625 * 32
    assert cluster == Cluster((f"node1:{first}", f"node1:{first + 1}", f"node2:{first}", f"node2:{first + 1}"), 2)
    assert "CUDA_VISIBLE_DEVICES" not in os.environ


def test_slurm_gives_each_task_its_gpus_of_the_node(slurm):
    slurm.setenv("CUDA_VISIBLE_DEVICES", "0,1")
    cluster = Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))
    assert (cluster.workers[2].partition(":")[0], cluster.index) == ("node2", 2)
    assert os.environ["CUDA_VISIBLE_DEVICES"] == "0"


def test_jobs_and_steps_of_slurm_that_share_a_node_have_ports_of_their_own(slurm):
    firsts = []
    for job in (1000, 1001, 1002, 4_000_000_001):
        for step in (0, 1, 12):
            slurm.setenv("SLURM_JOB_ID", str(job))
            slurm.setenv("SLURM_STEP_ID", str(step))
            address = Cluster.of(DeviceConfigParams(dist_strategy="multi_worker")).workers[0]
            firsts.append(int(address.partition(":")[2]))
    assert all(12_000 <= first < 32_000 for first in firsts)
    firsts.sort()
    assert all(later - first >= 32 for first, later in pairwise(firsts))


def test_a_variable_names_the_first_port_of_a_step_of_slurm(slurm):
    slurm.setenv("TFAIP_PORT_BASE", "2222")
    assert Cluster.of(DeviceConfigParams(dist_strategy="multi_worker")).workers[1] == "node1:2223"


@pytest.mark.parametrize("text", ["many", "80", "70000", "-1", "٢٢٢٢"])
def test_a_variable_that_names_no_port_is_refused(slurm, text):
    slurm.setenv("TFAIP_PORT_BASE", text)
    with pytest.raises(DeviceError, match="TFAIP_PORT_BASE must be a port from 1024 to 65000, got"):
        Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))


def test_a_step_of_slurm_that_says_too_little_is_one_sentence(slurm):
    slurm.delenv("SLURM_STEP_NODELIST")
    with pytest.raises(DeviceError, match=r"can't be read from Slurm's environment \(SLURM_STEP_NODELIST not found"):
        Cluster.of(DeviceConfigParams(dist_strategy="multi_worker"))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"batch_size": 7}, r"train\.batch_size must be a multiple of the 2 workers, .*got 7"),
        (
            {"bucket_boundaries": [5], "bucket_batch_sizes": [4, 3]},
            r"train\.bucket_batch_sizes must be a multiple .*got 3",
        ),
    ],
)
def test_a_batch_that_cannot_be_divided_evenly_is_refused(changes, message):
    with pytest.raises(DeviceError, match=message):
        share_of_batches(DataPipelineParams(**changes), 2)


def test_a_worker_with_shards_of_its_own_goes_on_after_as_many_batches_as_the_chief():
    shards = {"layout": {"count": 4}, "lengths": [[[9, 2]]], "batches": 5, "skip": 0}
    state = {"length": None, "epoch": 2, "position": 40, "pending": [[38, 0]], "shards": shards}
    assert share_of_state(state, None, (0, 2)) == state
    share = share_of_state(state, None, (1, 2))
    assert (share["epoch"], share["position"]) == (2, 0)
    assert share["pending"] == share["shards"]["lengths"] == []
    assert (share["shards"]["batches"], share["shards"]["skip"]) == (0, 5)
