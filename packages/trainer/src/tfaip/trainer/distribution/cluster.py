"""The machines that train together, as the environment says."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from tfaip.model import DeviceConfigParams, DeviceError

__all__ = ["Cluster"]

EXAMPLE = '{"cluster": {"worker": ["host1:2222", "host2:2222"]}, "task": {"type": "worker", "index": 0}}'

# More tasks than any node has: only what is divided is counted.
WITHOUT_GPUS = {"gpus_per_node": 4096, "gpus_per_task": 1, "auto_set_gpu": False}


# Ports of a job's step on each node: below the dynamic ports of systems, and above the ports of services.
FIRST_PORT, LAST_PORT = 12_000, 32_000
PORTS_PER_STEP = 32
# Steps of one job, before they share ports with the next job.
STEPS_PER_JOB = 13
PORT_BASE = "TFAIP_PORT_BASE"


@dataclass(frozen=True)
class Cluster:
    """The workers of a training, one process each; the first one is the chief, who alone writes.

    Attributes:
        workers: Address of each, `host:port`.
        index: The number of this process.
    """

    workers: tuple[str, ...]
    index: int

    @property
    def is_chief(self) -> bool:
        """Whether this process writes what is written."""
        return self.index == 0

    @classmethod
    def of(cls, device: DeviceConfigParams) -> Cluster | None:
        """Return the cluster if `device` asks for one.

        Raises:
            DeviceError: Nothing in the environment says who belongs to it, or its values make no sense.
        """
        if device.dist_strategy != "multi_worker":
            return None
        if "TF_CONFIG" in os.environ:
            return cls.from_tf_config(os.environ["TF_CONFIG"])
        if "SLURM_PROCID" in os.environ:
            return cls._from_slurm()
        raise DeviceError(
            "device.dist_strategy multi_worker needs the environment variable TF_CONFIG, or a job of Slurm's srun, "
            f"to name the workers, got neither; for instance TF_CONFIG='{EXAMPLE}'"
        )

    @classmethod
    def from_tf_config(cls, text: str) -> Cluster:
        """Read the value of TF_CONFIG.

        Raises:
            DeviceError: It names no cluster of workers, or no place of this process in it.
        """
        try:
            config: Any = json.loads(text)
            cluster, task = config["cluster"], config["task"]
            chiefs, others = cluster.get("chief", []), cluster.get("worker", [])
            index = int(task["index"]) + (len(chiefs) if task["type"] == "worker" else 0)
            known = isinstance(cluster, Mapping) and task["type"] in ("chief", "worker")
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            raise DeviceError(f"TF_CONFIG must look like {EXAMPLE}, got {text!r}") from error
        workers = (*map(str, chiefs), *map(str, others))
        if not known or not 0 <= index < len(workers):
            raise DeviceError(
                f"the task of TF_CONFIG must be one of the {len(workers)} workers of its cluster, got {task}"
            )
        return cls(workers, index)

    @classmethod
    def _from_slurm(cls) -> Cluster:
        import tensorflow as tf

        resolver = partial(tf.distribute.cluster_resolver.SlurmClusterResolver, port_base=_slurm_port_base())
        try:
            try:
                return cls._resolved(resolver())
            except (OSError, ValueError):
                # It divides a node's GPUs among its tasks, and finds no nvidia-smi, or less than one GPU for each.
                return cls._resolved(resolver(**WITHOUT_GPUS))
        except (RuntimeError, ValueError, KeyError, OSError) as error:
            raise DeviceError(
                f"the workers can't be read from Slurm's environment ({error}); name them in TF_CONFIG='{EXAMPLE}'"
            ) from error

    @classmethod
    def _resolved(cls, resolver: Any) -> Cluster:
        workers = resolver.cluster_spec().as_dict()["worker"]  # this tells the resolver its own place
        return cls(tuple(workers), int(resolver.task_id))

    def as_tf_config(self) -> str:
        """Return what TF_CONFIG has to be, so that TensorFlow numbers the workers alike."""
        return json.dumps({"cluster": {"worker": list(self.workers)}, "task": {"type": "worker", "index": self.index}})


def _slurm_port_base() -> int:
    """Return the first port of this step's tasks on a node, another one for each job of Slurm that shares the node.

    Raises:
        DeviceError: TFAIP_PORT_BASE is no port.
    """
    if text := os.environ.get(PORT_BASE):
        if not (text.isascii() and text.isdigit() and 1024 <= int(text) <= 65_000):
            raise DeviceError(f"{PORT_BASE} must be a port from 1024 to 65000, got {text!r}")
        return int(text)
    job, step = (_number(f"SLURM_{name}_ID") for name in ("JOB", "STEP"))
    block = (job * STEPS_PER_JOB + step) % ((LAST_PORT - FIRST_PORT) // PORTS_PER_STEP)
    return FIRST_PORT + block * PORTS_PER_STEP


def _number(name: str) -> int:
    text = os.environ.get(name, "")
    return int(text) if text.isascii() and text.isdigit() else 0
