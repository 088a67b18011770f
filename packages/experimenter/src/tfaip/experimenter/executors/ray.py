"""Runs on a cluster with Ray."""

from __future__ import annotations

import ctypes
import logging
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from attrs.validators import ge

from tfaip.experimenter.errors import ExperimenterError
from tfaip.experimenter.executors.attempt import Attempt
from tfaip.experimenter.executors.batch import PREFIX, BatchExecutor, BatchExecutorParams, BatchJob, BatchState
from tfaip.experimenter.executors.interface import ExecutorError
from tfaip.params import field, params

__all__ = ["RayExecutor", "RayExecutorParams"]

# Actors of all experimenters are here; by its name none is made twice.
NAMESPACE = "tfaip-experimenter"
# Variables by which Ray says which devices an actor has.
DEVICES = (
    *("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES"),
    *("ONEAPI_DEVICE_SELECTOR", "TPU_VISIBLE_CHIPS", "ASCEND_RT_VISIBLE_DEVICES", "HABANA_VISIBLE_MODULES"),
    *("NEURON_RT_VISIBLE_CORES", "OMP_NUM_THREADS"),
)
UNITS = {"": 20, "K": 10, "M": 20, "G": 30, "T": 40}
PR_SET_PDEATHSIG = 1
LISTENER_SECONDS = 10.0


def _check_memory(_: object, __: object, value: str) -> None:
    if value and not re.fullmatch(r"\d+[KMGT]?", value):
        raise ValueError(f"expects a number with K, M, G or T behind it, such as 16G; got {value!r}")


@params(name="ray")
class RayExecutorParams(BatchExecutorParams):
    """Run the rows as actors of Ray; this machine and the nodes share the current folder and that of the workbook."""

    address: str = field(default="auto", help="Address of the cluster; auto finds the one of this machine")
    gpus: float = field(default=0.0, validator=ge(0), help="GPUs of each job")
    cpus: float = field(default=1.0, validator=ge(0), help="Processors of each job")
    memory: str = field(
        default="", validator=_check_memory, help="Memory of each job: 16G; by default none is reserved"
    )
    custom: dict[str, float] = field(factory=dict, help="Other resources of each job, by the names of the cluster")

    def cls(self) -> type[RayExecutor]:
        """Return `RayExecutor`."""
        return RayExecutor

    def actor_options(self) -> dict[str, Any]:
        """Return the options of an actor that say what it gets."""
        options: dict[str, Any] = {"num_cpus": self.cpus, "num_gpus": self.gpus, "resources": dict(self.custom)}
        if self.memory:
            number, unit = re.fullmatch(r"(\d+)(\D?)", self.memory).groups()  # type: ignore[union-attr]
            options["memory"] = int(number) << UNITS[unit]
        return options


class RunnerActor:
    """Executes the runner of a job on a node, and ends with it.

    The job is an argument of the constructor: an actor that starts late needs nobody who calls it.

    Args:
        script: Shell script that executes the runner.
        log: File for the output of the script itself.
        folder: Current folder of the run.
        environment: Variables of the run.
        devices: Variables that are those of the actor instead.
    """

    def __init__(
        self, script: str, log: str, folder: str, environment: dict[str, str], devices: tuple[str, ...]
    ) -> None:
        self._started = threading.Event()
        self._process: subprocess.Popen[bytes] | None = None
        given = {name: os.environ[name] for name in devices if name in os.environ}
        words = {"script": script, "log": log, "folder": folder, "environment": {**environment, **given}}
        # The system ends the runner with the thread that has started it: so that thread waits for it.
        threading.Thread(target=self._run, kwargs=words).start()

    def stop(self) -> None:
        """Ask the runner to stop its run."""
        self._started.wait()
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)

    def _run(self, script: str, log: str, folder: str, environment: dict[str, str]) -> None:
        try:
            with Path(log).open("ab") as output:
                self._process = subprocess.Popen(
                    ["/bin/sh", "-c", script],
                    cwd=folder,
                    env=environment,
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                    # A node that goes down without its machine takes its runs along, as they are started elsewhere.
                    preexec_fn=_ending_with_thread(),
                )
            self._started.set()
            self._process.wait()
        finally:
            _end_actor()


class RayExecutor(BatchExecutor):
    """Makes a detached actor for each run, which executes the runner.

    Args:
        params: Its parameters.
        folder: Where the attempts leave their records, beside the queue's state.

    Raises:
        ExperimenterError: Ray is not installed, or there is no cluster at the address.
    """

    def __init__(self, params: RayExecutorParams, folder: Path) -> None:
        super().__init__(params, folder)
        self._params = params
        self._ray, self._is_own = _connected(params.address)

    def submit_batch(self, batch: BatchJob) -> None:
        """Make the actor; Ray refuses a second one of its name, and starts none again."""
        options = self._params.for_row(batch.job.resources).actor_options()
        fixed = {"name": batch.name, "namespace": NAMESPACE, "lifetime": "detached", "max_concurrency": 2}
        with self._telling():
            actor = self._ray.remote(RunnerActor).options(**options, **fixed, max_restarts=0, max_task_retries=0)
            folder, environment = str(Path.cwd()), dict(batch.environment)
            try:
                actor.remote(batch.script, str(batch.log), folder, environment, DEVICES)
            except ValueError as error:
                raise ExecutorError(f"Ray: {error}", permanent=True) from error

    def batch_states(self) -> Mapping[str, BatchState]:
        """Ask for the names of all actors that wait for a node, or run."""
        with self._telling():
            names = self._ray.util.list_named_actors(all_namespaces=True)
        return {found["name"]: BatchState(True, "ALIVE") for found in names if found["namespace"] == NAMESPACE}

    def stop_batch(self, names: Sequence[str]) -> None:
        """Remove the actors that haven't started their runner, and ask the others to stop their runs."""
        for name in names:
            with self._telling(), suppress(ValueError):  # it has ended meanwhile
                actor = self._ray.get_actor(name, namespace=NAMESPACE)
                if Attempt(self._folder, name.removeprefix(PREFIX)).give_up():
                    self._ray.kill(actor)
                else:
                    actor.stop.remote()

    def close(self) -> None:
        """Stop the jobs that are still to be stopped, and leave the cluster; all others go on."""
        super().close()
        if self._is_own:
            self._ray.shutdown()

    @contextmanager
    def _telling(self) -> Iterator[None]:
        """Tell the errors of Ray as those of an engine."""
        try:
            yield
        except (self._ray.exceptions.RayError, ConnectionError, RuntimeError) as error:
            raise ExecutorError(f"Ray: {error}") from error


def _ending_with_thread() -> Callable[[], object] | None:
    """Return a function by which a new process asks the system for SIGTERM at the end of the thread that started it."""
    if sys.platform != "linux":
        return None
    library = ctypes.CDLL(None)  # loaded before the fork, where little is safe
    return lambda: library.prctl(PR_SET_PDEATHSIG, signal.SIGTERM, 0, 0, 0)


def _end_actor() -> None:
    """End the process of this actor; Ray would tell the user of each that ends without a word."""
    import ray

    try:
        ray.kill(ray.get_runtime_context().current_actor)
    except Exception:
        os._exit(0)  # Ray is gone itself


def _connected(address: str) -> tuple[Any, bool]:
    """Return the module Ray once it is connected with a cluster, and whether it wasn't before."""
    if find_spec("ray") is None:
        raise ExperimenterError("--executor ray: needs Ray: pip install 'tfaip-experimenter[ray]'")
    import ray

    if ray.is_initialized():
        return ray, False
    try:
        _require_listener(os.environ.get("RAY_ADDRESS", "") if address == "auto" else address)
        quiet: dict[str, Any] = {"log_to_driver": False, "logging_level": logging.WARNING}
        ray.init(address=address, namespace=NAMESPACE, **quiet)
    except (OSError, RuntimeError, ValueError) as error:
        reason = str(error).splitlines()[0] if str(error) else type(error).__name__
        raise ExperimenterError(
            f"--executor.address: there is no cluster of Ray at {address} ({reason}); start one by ray start --head"
        ) from error
    return ray, True


def _require_listener(address: str) -> None:
    """Refuse an address where nobody listens: Ray would try for minutes, and then end this process.

    Raises:
        OSError: Nobody listens.
    """
    if match := re.fullmatch(r"(?:ray://)?([\w.-]+):(\d+)", address):
        socket.create_connection((match[1], int(match[2])), LISTENER_SECONDS).close()
