"""The workers meet before TensorFlow starts, so that a mistake in their addresses is one message for all."""

from __future__ import annotations

import errno
import hashlib
import json
import logging
import os
import selectors
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, suppress
from typing import Any

from tfaip.model import DeviceError
from tfaip.trainer.distribution.cluster import Cluster

__all__ = ["meet"]

logger = logging.getLogger(__name__)

# Seconds to wait for workers that nothing is known of: machines may start far apart.
PATIENCE = 3600.0
# Seconds in which a worker that can't start tries to tell the others.
TELLING = 45.0
# Seconds for an answer; a partner without one after that is no worker.
ANSWER = 15.0
# Seconds for the message of a worker that can't start, where another one has heard it already.
REASON = 3.0
BETWEEN = 0.2
LONGEST_LINE = 4096

_met: set[Cluster] = set()


def meet(cluster: Cluster, *, patience: float = PATIENCE) -> None:
    """Wait until all workers are there, and each has the port of its address.

    Every worker listens at its own address. It reports to the chief, who lets all go on once all have reported. One
    whose port is taken tells all others, at their addresses.

    Args:
        cluster: The workers.
        patience: Seconds to wait for workers that nothing is known of.

    Raises:
        DeviceError: A port is taken, a worker ends, two have one place, or one doesn't come in time.
    """
    if cluster in _met:
        return  # TensorFlow has the port since then
    own = cluster.workers[cluster.index]
    try:
        listener = _listener(int(own.rpartition(":")[2]))
    except (OSError, ValueError, OverflowError) as error:
        taken = isinstance(error, OSError) and error.errno == errno.EADDRINUSE
        what = f"the port of {own} is taken by another program" if taken else f"{own} can't be listened at: {error}"
        problem = (
            f"worker {cluster.index} can't start, since {what}; name another one in TF_CONFIG, or with Slurm set "
            "TFAIP_PORT_BASE to the first of some free ports"
        )
        _tell(problem, cluster, [address for address in cluster.workers if address != own])
        raise DeviceError(problem) from None
    with closing(listener), _Meeting(cluster, listener, time.monotonic() + patience) as meeting:
        if cluster.is_chief:
            meeting.gather()
        else:
            meeting.join()
    _met.add(cluster)


class _Meeting:
    """The meeting of one worker with all others; a context that closes its connections."""

    def __init__(self, cluster: Cluster, listener: socket.socket, deadline: float) -> None:
        self._cluster = cluster
        self._deadline = deadline
        self._token = _token(cluster)
        self._stack = ExitStack()
        self._selector = self._stack.enter_context(selectors.DefaultSelector())
        self._listener = listener
        self._selector.register(listener, selectors.EVENT_READ)
        self._named_at = time.monotonic()

    def __enter__(self) -> _Meeting:
        return self

    def __exit__(self, *_: object) -> None:
        self._stack.close()

    def gather(self) -> None:
        """Let all workers go on once they are there: the chief's part."""
        here: dict[int, socket.socket] = {}
        count = len(self._cluster.workers)
        try:
            while len(here) < count - 1:
                self._wait([self._cluster.workers[number] for number in range(1, count) if number not in here])
                for connection in self._ready():
                    if connection is not self._listener:
                        gone = next(number for number, other in here.items() if other is connection)
                        raise self._reason(f"worker {gone} has ended before all workers were there")
                    new, said = self._accepted()
                    number = said.get("worker")
                    if number in here or number == 0:
                        raise DeviceError(f"each worker must have a place of its own, but two are worker {number}")
                    if new is not None and isinstance(number, int):
                        here[number] = new
                        self._selector.register(new, selectors.EVENT_READ)
        except DeviceError as error:
            for connection in here.values():
                _send(connection, self._token, problem=str(error))
            workers = enumerate(self._cluster.workers[1:], start=1)
            _tell(str(error), self._cluster, [address for number, address in workers if number not in here])
            raise
        for connection in here.values():
            _send(connection, self._token, go=True)
        for connection in here.values():
            # The other end closes first: a port that waits for late packets is not free at once.
            connection.settimeout(ANSWER)
            with suppress(OSError):
                connection.recv(1)

    def join(self) -> None:
        """Report to the chief and wait until all workers are there."""
        address, chief, asked = self._cluster.workers[0], None, 0.0
        while True:
            if chief is None:
                self._wait([address])
                chief, asked = _connected(address), time.monotonic()
                if chief is not None:
                    self._stack.enter_context(closing(chief))
                    _send(chief, self._token, worker=self._cluster.index)
                    self._selector.register(chief, selectors.EVENT_READ)
            welcomed = False
            for connection in self._ready():
                if connection is self._listener:
                    self._accepted()
                    continue
                assert chief is not None
                for said in _lines(chief, self._token):
                    if said.get("problem"):
                        raise DeviceError(str(said["problem"]))
                    if said.get("go"):
                        return
                    welcomed = True
                if not welcomed:
                    raise self._reason(f"the chief at {address} has ended before all workers were there, {_IS_TAKEN}")
                asked = float("inf")
            if chief is not None and time.monotonic() - asked > ANSWER:
                raise DeviceError(f"the chief at {address} does not answer, {_IS_TAKEN}")

    def _accepted(self) -> tuple[socket.socket | None, dict[str, Any]]:
        """Return a connection with its first message; none if it is no worker of this training."""
        try:
            connection, _ = self._listener.accept()
        except OSError:
            return None, {}
        for said in _lines(connection, self._token):
            if said.get("problem"):
                connection.close()
                raise DeviceError(str(said["problem"]))
            self._stack.enter_context(closing(connection))
            _send(connection, self._token, welcome=True)
            return connection, said
        connection.close()
        return None, {}

    def _reason(self, seen: str) -> DeviceError:
        """Return the problem that a third worker reports as the cause. Without a report, return an error of `seen`."""
        self._listener.settimeout(REASON)
        try:
            self._accepted()
        except DeviceError as error:
            return error
        return DeviceError(seen)

    def _ready(self) -> list[Any]:
        return [key.fileobj for key, _ in self._selector.select(BETWEEN)]

    def _wait(self, missing: list[str]) -> None:
        """Say now and then who is missing, and give up in the end."""
        now = time.monotonic()
        if now > self._deadline:
            raise DeviceError(f"all workers must start, but {', '.join(missing)} did not come in time")
        if now - self._named_at >= 60:
            self._named_at = now
            logger.info("Waiting for %s", ", ".join(missing))


_IS_TAKEN = "or another program has its port; look at its messages"


def _listener(port: int) -> socket.socket:
    if socket.has_dualstack_ipv6():
        with suppress(OSError):
            return socket.create_server(("", port), family=socket.AF_INET6, dualstack_ipv6=True)
    return socket.create_server(("", port))


def _tell(problem: str, cluster: Cluster, addresses: list[str]) -> None:
    """Tell workers that may not have started yet; the error is shown at once, the process lasts until they know."""
    threading.Thread(target=_keep_telling, args=(problem, cluster, addresses), name="tell-workers").start()


def _keep_telling(problem: str, cluster: Cluster, left: list[str]) -> None:
    deadline = time.monotonic() + TELLING
    while left and time.monotonic() < deadline:
        for address in list(left):
            if connection := _connected(address):
                left.remove(address)
                with closing(connection):
                    _send(connection, _token(cluster), problem=problem)
        time.sleep(BETWEEN)


def _connected(address: str) -> socket.socket | None:
    host, _, port = address.rpartition(":")
    try:
        return socket.create_connection((host.strip("[]"), int(port)), timeout=ANSWER)
    except OSError:
        return None


def _token(cluster: Cluster) -> str:
    """The common knowledge of the workers of one training; others at the same addresses don't have it."""
    job = [os.environ.get(name, "") for name in ("SLURM_JOB_ID", "SLURM_STEP_ID")]
    return hashlib.sha256(json.dumps([cluster.workers, *job]).encode()).hexdigest()


def _send(connection: socket.socket, token: str, **what: Any) -> None:
    # A missing worker is noticed where its answer is awaited.
    with suppress(OSError):
        connection.sendall(json.dumps({"training": token, **what}).encode() + b"\n")


def _lines(connection: socket.socket, token: str) -> Iterator[dict[str, Any]]:
    """Yield the messages that have come by now, after waiting for one; none where it is no worker, or gone."""
    connection.settimeout(5.0)
    text = b""
    with suppress(OSError):
        while not text.endswith(b"\n") and len(text) < LONGEST_LINE and (part := connection.recv(LONGEST_LINE)):
            text += part
    for line in text.splitlines():
        try:
            said = json.loads(line)
        except ValueError:
            return
        if not isinstance(said, dict) or said.get("training") != token:
            return
        yield said
