"""Replicas of a network, on several devices of this machine or of several machines."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Any

import numpy as np
import tensorflow as tf

from tfaip.model import DeviceConfigParams, DeviceError
from tfaip.model.runtime.tracing import compiled
from tfaip.trainer.distribution.cluster import Cluster
from tfaip.trainer.distribution.rendezvous import meet

__all__ = ["Strategy", "create_strategy"]

logger = logging.getLogger(__name__)

# Far apart, so that the random states of two replicas never meet by counting on.
SEED_DISTANCE = 1_000_003

CHECK_HEALTH_SECONDS = 10


class Strategy:
    """A strategy of TensorFlow's, as far as a training needs it.

    The graph is built without it, once for all replicas; `mirror` then gives each replica its copies of the variables.
    All else that a step changes is made in `scope`. The counts of Keras' metrics are not mirrored: the replicas of a
    machine count into the same variables, and the machines add theirs up once an epoch.

    Args:
        distributed: TensorFlow's strategy.
        cluster: The machines; `None` for this one alone.
    """

    def __init__(self, distributed: Any, cluster: Cluster | None = None) -> None:
        self._distributed = distributed
        self._cluster = cluster
        self._replicas = distributed.num_replicas_in_sync // self.workers
        self._sums: dict[Any, Any] = {}

    @property
    def replicas(self) -> int:
        """Replicas on this machine."""
        return self._replicas

    @property
    def workers(self) -> int:
        """Machines, or rather processes, that train together."""
        return len(self._cluster.workers) if self._cluster else 1

    @property
    def index(self) -> int:
        """The number of this worker."""
        return self._cluster.index if self._cluster else 0

    @property
    def is_chief(self) -> bool:
        """Whether this worker writes and validates."""
        return self.index == 0

    def scope(self) -> AbstractContextManager[Any]:
        """Return a context in which new variables are mirrored."""
        return self._distributed.scope()

    def mirror(self, variables: Sequence[Any]) -> None:
        """Give each replica a copy of Keras variables that are built; all begin with the chief's values.

        Variables that a step assigns in the forward pass (random states, moving statistics) each replica has for
        itself; the first one's are validated, exported and resumed from.
        """
        with self.scope():
            for variable in variables:
                kind: dict[str, Any] = {"aggregation": tf.VariableAggregation.MEAN}
                if not variable.trainable:
                    kind = {
                        "aggregation": tf.VariableAggregation.ONLY_FIRST_REPLICA,
                        "synchronization": tf.VariableSynchronization.ON_READ,
                    }
                # Keras has no public way to replace the variable that it wraps.
                variable._value = tf.Variable(
                    variable.value.numpy(), trainable=variable.trainable, name=variable.name, **kind
                )
        self.spread_random_states(variables)

    def spread_random_states(self, variables: Sequence[Any]) -> None:
        """Let each replica draw numbers of its own, after all were given the same state."""
        for variable in variables:
            if variable.trainable or variable.path.rpartition("/")[2] != "seed_generator_state":
                continue
            for position, copy in enumerate(self._distributed.experimental_local_results(variable.value)):
                number = self.index * self._replicas + position
                copy.assign(copy + tf.constant([number * SEED_DISTANCE, 0], copy.dtype))

    def run(self, replica: Callable[[int], list[Any]]) -> list[Any]:
        """Call `replica` with the number of each replica here; return the sum over all replicas of each result."""

        def numbered() -> list[Any]:
            results = replica(self._number())
            # Made here, they stand on the replica's device, and that is where the sums are sent.
            return [tf.identity(result) for result in results]

        results = self._distributed.run(numbered)
        sums = list(results)
        # TensorFlow packs what it reduces at once, and packs only what is of one type.
        for dtype in dict.fromkeys(self._first(result).dtype for result in results):
            which = [place for place, result in enumerate(results) if self._first(result).dtype == dtype]
            reduced = self._distributed.extended.batch_reduce_to(
                tf.distribute.ReduceOp.SUM, [(results[place], results[place]) for place in which]
            )
            for place, value in zip(which, reduced, strict=True):
                sums[place] = self._first(value)
        return sums

    def each(self, replica: Callable[[int], None]) -> None:
        """Call `replica` with the number of each replica here, where it assigns that replica's variables."""
        self._distributed.run(lambda: replica(self._number()))

    def _number(self) -> int:
        # TensorFlow knows the number when it traces, but hands it out as a constant tensor.
        number = tf.distribute.get_replica_context().replica_id_in_sync_group
        return int(tf.get_static_value(number)) % self._replicas

    def _first(self, value: Any) -> Any:
        return self._distributed.experimental_local_results(value)[0]

    def sum(self, values: Sequence[Any]) -> list[Any]:
        """Return the sum over the workers of each value; all workers have to call it."""
        if self.workers == 1:
            return list(values)
        tensors = [tf.convert_to_tensor(value) for value in values]
        # A function for each kind of values, so that none is traced again and again.
        kind = tuple((tensor.dtype, tensor.shape.rank) for tensor in tensors)
        if kind not in self._sums:
            self._sums[kind] = compiled(self._sum_of_workers, reduce_retracing=True)
        result: list[Any] = self._sums[kind](tensors)
        return result

    def from_chief(self, value: Any) -> Any:
        """Return the chief's `value`, plain JSON; all workers have to call it."""
        if self.workers == 1:
            return value
        text = np.frombuffer(json.dumps(value).encode(), np.uint8) if self.is_chief else np.zeros(0, np.uint8)
        (length,) = self.sum([np.int64(len(text))])
        letters = np.zeros(int(length), np.int64)
        letters[: len(text)] = text
        (letters,) = self.sum([letters])
        return json.loads(np.asarray(letters).astype(np.uint8).tobytes())

    def give_from_chief(self, variables: Sequence[Any]) -> None:
        """Assign the chief's values to Keras variables; all workers have to call it."""
        if self.workers == 1:
            return
        values = [np.asarray(variable.numpy()) for variable in variables]
        given = self.sum([value if self.is_chief else np.zeros_like(value) for value in values])
        for variable, value in zip(variables, given, strict=True):
            variable.assign(value)

    def add_up(self, variables: Sequence[Any]) -> None:
        """Replace each worker's counts by the sum of all; all workers have to call it."""
        if self.workers == 1 or not variables:
            return
        for variable, total in zip(variables, self.sum([variable.value for variable in variables]), strict=True):
            mean = getattr(variable, "aggregation", "sum") == "mean"
            variable.assign(total / tf.cast(self.workers, total.dtype) if mean else total)

    def _sum_of_workers(self, values: list[Any]) -> list[Any]:
        return self.run(lambda number: [value if number == 0 else tf.zeros_like(value) for value in values])


def create_strategy(device: DeviceConfigParams, cluster: Cluster | None) -> Strategy | None:
    """Return the strategy that `device` names, `None` for a single replica; the devices are configured already.

    It waits for the other workers of the cluster.

    Raises:
        DeviceError: There are not several devices to distribute over, or another setting forbids it.
    """
    name = device.dist_strategy
    if name == "default":
        return None
    if device.precision == "mixed_float16":
        raise DeviceError(
            f"device.precision mixed_float16 doesn't work with device.dist_strategy {name}, "
            "since Keras can't scale the loss there: use mixed_bfloat16 or float32"
        )
    if device.jit_compile:
        raise DeviceError(f"device.jit_compile doesn't work with device.dist_strategy {name}: leave one of them out")
    if cluster is not None:
        return _cluster_strategy(cluster)
    gpus = tf.config.list_logical_devices("GPU")
    devices = [d.name for d in gpus or tf.config.list_logical_devices("CPU")]
    if len(devices) < 2:
        kind = "GPU" if gpus else "CPU"
        raise DeviceError(
            f"device.dist_strategy {name} needs several devices, but there is one {kind}; "
            "leave it out, or try it out on the CPU with device.cpus 2"
        )
    logger.info("Training on %s", ", ".join(devices))
    if name == "mirror":
        return Strategy(tf.distribute.MirroredStrategy(devices))
    return Strategy(tf.distribute.experimental.CentralStorageStrategy(devices, parameter_device="/device:CPU:0"))


def _cluster_strategy(cluster: Cluster) -> Strategy:
    os.environ["TF_CONFIG"] = cluster.as_tf_config()
    logger.info("Worker %d of %s, waiting for all of them", cluster.index, ", ".join(cluster.workers))
    meet(cluster)
    try:
        distributed = tf.distribute.MultiWorkerMirroredStrategy()
    except RuntimeError as error:
        raise DeviceError(
            f"device.dist_strategy multi_worker must be set up before TensorFlow computes: {error}"
        ) from error
    # With TensorFlow's 30 s, and three attempts of 10 s each, a silent machine is detected too late.
    distributed.extended._check_health_interval = CHECK_HEALTH_SECONDS
    return Strategy(distributed, cluster)
