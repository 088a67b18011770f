"""When workers tell of their results: several at once, yet before they are out of work."""

import pickle
import socket
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pipeline_cases import DataParams, NumbersParams

from tfaip.pipeline import PipelineMode
from tfaip.pipeline.early_tensorflow import EarlyTensorFlow
from tfaip.pipeline.engine.counters import Counters
from tfaip.pipeline.engine.plan import Plan, SegmentPlan, WorkerSettings
from tfaip.pipeline.engine.processes import pool as pool_module
from tfaip.pipeline.engine.processes.channel import Channel
from tfaip.pipeline.engine.processes.messages import Board, Done, Order, Ready
from tfaip.pipeline.engine.processes.pool import ProcessPool
from tfaip.pipeline.engine.processes.worker_main import serve
from tfaip.pipeline.engine.stream.portion import Indices


class Watched(Channel):
    """Notes what goes out together."""

    def __init__(self, connection):
        super().__init__(connection)
        self.held = []
        self.told = []

    def send(self, content, block=None, *, hold=False):
        self.held.append(content.task if isinstance(content, Done) else type(content))
        super().send(content, block, hold=hold)

    def flush(self):
        if self.held:
            self.told.append(self.held)
        self.held = []
        return super().flush()


def test_a_worker_tells_of_its_results_when_it_was_asked_to_and_when_it_is_out_of_work():
    ours, theirs = socket.socketpair()
    consumer, worker = Channel(ours), Watched(theirs)
    plan = Plan(PipelineMode.PREDICTION, 0, DataParams(), NumbersParams(), [SegmentPlan([], True)], None, False)
    consumer.send(pickle.dumps(plan))
    for number, tell in enumerate([False, True, False, False, True, False]):
        consumer.send(Order(number, 0, Indices(0, [number], [number]), frozenset(), tell=tell), hold=True)
    consumer.flush()
    ours.shutdown(socket.SHUT_WR)
    with pytest.raises(EOFError):
        serve(worker, Board(), EarlyTensorFlow())
    assert worker.told == [[Ready], [0, 1], [2, 3, 4], [5]]


class FakeWorker:
    """Takes orders, and does nothing."""

    made = []

    def __init__(self, plan, lifeline, place=0):
        self.place = place
        self.tasks = {}
        self.served = self.untold = 0
        self.orders = []
        self.socket, self.other = socket.socketpair()
        self.channel = SimpleNamespace(
            fileno=self.socket.fileno, send=lambda order, hold: self.orders.append(order), flush=lambda: True
        )
        FakeWorker.made.append(self)

    def hang_up(self):
        self.socket.close()
        self.other.close()

    def kill(self): ...

    def wait(self, timeout=None):
        return 0


@given(
    seconds=st.sampled_from([1e-5, 1e-3, 5e-3, 0.02, 1.0]),
    processes=st.integers(1, 4),
    limit=st.integers(1, 70),
    done=st.lists(st.integers(0, 3), max_size=100),
)
def test_what_a_worker_was_told_to_keep_is_never_all_that_it_has_to_do(seconds, processes, limit, done):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pool_module, "WorkerProcess", FakeWorker)
        patch.setattr(FakeWorker, "made", [])
        pool = ProcessPool(b"", WorkerSettings(processes), skip_bad_samples=False, counters=Counters([]))
        pool._seconds_per_task = seconds
        workers = FakeWorker.made
        for number in [-1, *done]:
            if number >= 0:
                # The worker does all up to the next order that it is asked to tell of.
                worker = workers[number % processes]
                for order in [order for order in worker.orders if order.task in worker.tasks]:
                    pool._finished(worker, order.task)
                    if order.tell:
                        break
            while pool.unfinished(0) < limit:
                pool.submit(0, Indices(0, [0], [0]))
            pool.turn(wait=False)
            for worker in workers:
                waiting = [order for order in worker.orders if order.task in worker.tasks]
                assert len(waiting) <= 1 or any(order.tell for order in waiting[:-1])
        pool.close()
