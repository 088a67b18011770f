"""Workers meet at their addresses before TensorFlow starts; here they are threads."""

import json
import socket
import threading
import time
from contextlib import closing

import pytest

from tfaip.model import DeviceError
from tfaip.trainer.distribution import rendezvous
from tfaip.trainer.distribution.cluster import Cluster
from tfaip.trainer.distribution.rendezvous import meet


@pytest.fixture(autouse=True)
def quick(monkeypatch):
    for name, seconds in {"ANSWER": 1.0, "REASON": 1.0, "BETWEEN": 0.01, "TELLING": 5.0}.items():
        monkeypatch.setattr(rendezvous, name, seconds)


def addresses(count):
    sockets = [socket.create_server(("127.0.0.1", 0)) for _ in range(count)]
    found = tuple(f"127.0.0.1:{one.getsockname()[1]}" for one in sockets)
    for one in sockets:
        one.close()
    return found


def port_of(address):
    return int(address.partition(":")[2])


def started(clusters, patience=20.0):
    """Let each worker meet the others in a thread; return what each of them found, an error or None."""
    found = [None] * len(clusters)

    def run(number):
        try:
            meet(clusters[number], patience=patience)
        except DeviceError as error:
            found[number] = str(error)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(len(clusters))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert not any(thread.is_alive() for thread in threads)
    return found


def clusters_of(workers):
    return [Cluster(workers, index) for index in range(len(workers))]


@pytest.mark.parametrize("count", [2, 4])
def test_all_go_on_once_all_are_there_and_their_ports_are_free_again(count):
    workers = addresses(count)
    assert started(clusters_of(workers)) == [None] * count
    for address in workers:
        socket.create_server(("", port_of(address))).close()


@pytest.mark.parametrize("lost", [0, 1, 2], ids=["of the chief", "of another worker", "of the last one"])
@pytest.mark.parametrize("listens", [True, False], ids=["by a server", "by a socket that does not listen"])
def test_a_port_that_is_taken_is_told_by_its_worker_to_all_with_the_address(lost, listens):
    workers = addresses(3)
    with closing(socket.socket()) as taken:
        taken.bind(("127.0.0.1", port_of(workers[lost])))
        if listens:
            taken.listen()
        found = started(clusters_of(workers))
    expected = f"worker {lost} can't start, since the port of {workers[lost]} is taken by another program"
    assert all(text and text.startswith(expected) for text in found), found


def test_the_worker_whose_port_is_taken_says_so_though_nobody_else_is_there():
    workers = addresses(2)
    with socket.create_server(("127.0.0.1", port_of(workers[1]))):
        started_at = time.monotonic()
        (found,) = started([Cluster(workers, 1)])
    assert workers[1] in found
    assert time.monotonic() - started_at < rendezvous.TELLING  # it does not wait for those who aren't there


@pytest.mark.parametrize(
    "answer", [None, b"HTTP/1.1 400 Bad Request\r\n\r\n", b'{"training": "another one", "go": true}\n']
)
def test_another_program_at_the_address_of_the_chief_ends_the_worker(answer):
    workers = addresses(2)
    with socket.create_server(("127.0.0.1", port_of(workers[0]))) as other:

        def serve():
            connection, _ = other.accept()
            with connection:
                connection.recv(4096)
                if answer:
                    connection.sendall(answer)
                while connection.recv(4096):
                    pass

        thread = threading.Thread(target=serve)
        thread.start()
        (found,) = started([Cluster(workers, 1)])
        thread.join(10)
    assert f"the chief at {workers[0]}" in found
    assert "another program has its port" in found


def test_two_workers_of_one_place_end_all():
    workers = addresses(3)
    found = started([Cluster(workers, 0), Cluster(workers, 1), Cluster(workers, 1)])
    assert any("the port of" in text or "two are worker 1" in text for text in found if text), found


def test_workers_that_do_not_come_are_named():
    workers = addresses(3)
    found = started([Cluster(workers, 0), Cluster(workers, 1)], patience=0.5)
    assert any(text and "all workers must start" in text and workers[2] in text for text in found), found


def test_a_program_that_is_no_worker_does_not_count_for_the_chief():
    workers = addresses(2)
    found = []

    def chief():
        found.extend(started([Cluster(workers, 0)]))

    thread = threading.Thread(target=chief)
    thread.start()
    deadline = time.monotonic() + 10
    for text in (b"GET / HTTP/1.0\n\n", json.dumps({"training": "another", "worker": 1}).encode() + b"\n", b"[]\n"):
        while (connection := rendezvous._connected(workers[0])) is None:
            assert time.monotonic() < deadline
        with closing(connection):
            connection.sendall(text)
            assert connection.recv(100) == b""
    assert started([Cluster(workers, 1)]) == [None]
    thread.join(10)
    assert found == [None]
