"""`ProcessPool`: workers in processes, which get their tasks and give their results through sockets."""

from __future__ import annotations

import logging
import os
import select
from functools import cache
from time import monotonic

from tfaip.pipeline.engine.counters import Counters
from tfaip.pipeline.engine.plan import WorkerSettings
from tfaip.pipeline.engine.processes.messages import Done, Failed, Notice, Order, Ready, StartFailed
from tfaip.pipeline.engine.processes.pickling import first_unpicklable, not_sent
from tfaip.pipeline.engine.processes.restored_error import error_of
from tfaip.pipeline.engine.processes.system_limits import in_words, is_limit
from tfaip.pipeline.engine.processes.worker_process import WorkerProcess, describe_exit
from tfaip.pipeline.engine.stream.portion import PackedRows, Portion, Samples, ShardChunk, describe_element
from tfaip.pipeline.engine.worker_pool import GRACE, TICK, Task, WorkerPool
from tfaip.pipeline.errors import PipelineError, SampleTimeoutError, WorkerDiedError, WorkerStartError

__all__ = ["ProcessPool"]

logger = logging.getLogger(__name__)

_AHEAD = 0.08
"""Seconds of work that a worker is given at once, so that it is not out of work while the consumer is busy."""

_MOST_AHEAD = 16
_MOST_DEATHS = 3
"""A sample that was worked on when so many workers died is held to be the cause."""


class ProcessPool(WorkerPool):
    """Workers in processes of their own. The consumer serves them while it waits, without a thread.

    Args:
        plan: The pickled plan.
        settings: The number of workers, and the reaction to a dead one.
        skip_bad_samples: Whether a sample that ends its worker again and again is left out.
        counters: Gets the reports of the workers.
    """

    def __init__(self, plan: bytes, settings: WorkerSettings, *, skip_bad_samples: bool, counters: Counters) -> None:
        super().__init__(settings, skip_bad_samples=skip_bad_samples, counters=counters)
        self._plan = plan
        self._seconds_per_task = 1.0
        self._done = 0
        self._failed_starts = 0
        self._poll = select.poll()
        self._workers: dict[int, WorkerProcess] = {}
        self._lifeline = -1
        try:
            self._lifeline, self._lifeline_end = os.pipe()
            for place in range(settings.workers):
                self._start_worker(place)
        except BaseException as error:
            self.close()
            if isinstance(error, OSError) and is_limit(error):
                raise WorkerStartError(in_words(error.errno or 0)) from error
            raise

    def process_ids(self) -> list[int]:
        """The ids of the workers' processes."""
        return [worker.pid for worker in self._workers.values()]

    def turn(self, *, wait: bool) -> None:
        """See `WorkerPool`."""
        self._dispatch()
        while True:
            self._require_open()
            events = self._poll.poll(TICK * 1000 if wait else 0)
            for descriptor, event in events:
                if descriptor in self._workers:
                    self._serve(self._workers[descriptor], event)
            if self._settings.sample_timeout:
                self._end_stuck_workers()
            if events or not wait:
                break
        self._dispatch()

    def close(self) -> None:
        """See `WorkerPool`; a worker that is idle ends when the consumer hangs up."""
        workers, self._workers = list(self._workers.values()), {}
        try:
            for worker in workers:
                worker.hang_up()
            if self.is_of_parent:
                return
            deadline = monotonic() + GRACE
            for worker in workers:
                worker.wait(max(0.0, deadline - monotonic()))
        finally:
            for worker in workers:
                if self.is_of_parent:
                    worker.leave()
                    continue
                worker.kill()
                worker.wait()
            if self._lifeline >= 0:
                os.close(self._lifeline_end)
                os.close(self._lifeline)
                self._lifeline = -1

    def _start_worker(self, place: int) -> WorkerProcess:
        worker = WorkerProcess(self._plan, self._lifeline, place)
        self._workers[worker.channel.fileno()] = worker
        # The plan goes out with the first events, where a worker that has died already is noticed like any other.
        self._poll.register(worker.channel, select.POLLIN | select.POLLOUT)
        return worker

    def _listen_to(self, worker: WorkerProcess) -> None:
        """Ask to be told of arriving messages, and of room for those that could not be sent yet."""
        everything_sent = worker.channel.flush()
        self._poll.register(worker.channel, select.POLLIN if everything_sent else select.POLLIN | select.POLLOUT)

    def _dispatch(self) -> None:
        """Give work to the workers that have little, and as much at once as they may have."""
        if not self._backlog and not any(self._of_lanes):
            return
        # Not more than its share of the work: where few batches are made in advance, each one is waited for.
        share = -(-self._unfinished.total() // self.size)
        ahead = max(2, min(_MOST_AHEAD, share, int(_AHEAD / self._seconds_per_task)))
        if min(len(worker.tasks) for worker in self._workers.values()) > ahead // 2:
            return
        hungry = {worker for worker in self._workers.values() if len(worker.tasks) <= ahead // 2}
        addressed: set[WorkerProcess] = set()
        while hungry:
            worker = min(hungry, key=lambda candidate: len(candidate.tasks))
            queue = self._next_for(worker.place)
            if queue is None:
                hungry.discard(worker)
                continue
            if self._settings.max_tasks and worker.served >= self._settings.max_tasks:
                hungry.discard(worker)
                if not worker.tasks:  # else it gets nothing more, and is replaced when it has finished
                    hungry.add(self._replace(worker))
                continue
            if len(worker.tasks) >= ahead:
                hungry.discard(worker)
                continue
            task = queue.popleft()
            worker.tasks[task.number] = task
            worker.served += 1
            # It tells of half of them at a time: to wake this process for each one takes time from whichever worker has
            # its core, and to be told of all in the end would leave it without work until this process has woken up.
            worker.untold += 1
            tell = worker.untold >= ahead // 2
            if tell:
                worker.untold = 0
            if isinstance(task.portion, ShardChunk):
                worker.goes_on_with(task.portion)
            try:
                worker.channel.send(self._order(task, tell=tell), hold=True)
            except Exception as error:
                element = describe_element(task.portion, first_unpicklable(task.portion))
                raise not_sent(error, f"to be sent to a worker; {element}") from error
            addressed.add(worker)
        for worker in addressed:
            try:
                self._listen_to(worker)
            except ConnectionError:
                self._lost(worker)

    def _serve(self, worker: WorkerProcess, event: int) -> None:
        try:
            if event & select.POLLOUT:
                self._listen_to(worker)
            if event & ~select.POLLOUT:
                for message in worker.channel.receive():
                    self._take(worker, message)
        except BlockingIOError:
            pass
        except (EOFError, ConnectionError):
            self._lost(worker)

    def _take(self, worker: WorkerProcess, message: Ready | Notice | StartFailed | Done | Failed) -> None:
        if isinstance(message, Done):
            task = self._finished(worker, message.task)
            task.result = _result(task.portion, message)
            if isinstance(task.portion, ShardChunk):
                task.portion.was_read(message.read)
            self._failed_starts = 0
            # The mean of the first ones, from the first one on, and then of those of late.
            self._done += 1
            share = max(0.1, 1 / self._done)
            self._seconds_per_task += share * (max(message.seconds, 1e-6) - self._seconds_per_task)
            if not task.is_trial:
                self._counters.add(task.segment, message.report)
        elif isinstance(message, Failed):
            worker.failing = None if message.is_final else message
            if message.is_final:
                self._finished(worker, message.task).result = error_of(message)
        elif isinstance(message, Ready):
            worker.ready = True
            self._failed_starts = 0
        elif isinstance(message, Notice):
            _tell_once(message.text)
        else:
            raise WorkerStartError(f"a worker could not build its generator and processors:\n{message.reason}")

    def _order(self, task: Task, *, tell: bool) -> Order:
        return Order(task.number, task.segment, task.portion, frozenset(task.skip), task.is_trial, tell)

    def _finished(self, worker: WorkerProcess, number: int) -> Task:
        task: Task = worker.tasks.pop(number)
        self._unfinished[task.segment] -= 1
        return task

    def _replace(self, worker: WorkerProcess) -> WorkerProcess:
        self._forget(worker)
        worker.hang_up()
        if worker.wait(GRACE) is None:
            worker.kill()
            worker.wait()
        return self._start_worker(worker.place)

    def _forget(self, worker: WorkerProcess) -> None:
        self._poll.unregister(worker.channel)
        del self._workers[worker.channel.fileno()]

    def _lost(self, worker: WorkerProcess) -> None:
        """A worker has closed its end: it is dead, or about to be."""
        code = worker.wait(GRACE)
        if code is None:
            worker.kill()
            code = worker.wait()
        self._forget(worker)
        worker.hang_up()
        if worker.refusal:
            raise WorkerStartError(in_words(worker.refusal))
        if self._ended_by_error(worker):
            return
        error = self._death(worker, f"a worker process (pid {worker.pid}) {describe_exit(code)}", code)
        if not worker.ready:
            self._failed_starts += 1
        if not self._settings.restart or self._failed_starts >= _MOST_DEATHS:
            raise error
        self._blame(worker, error)
        self._start_again(worker)

    def _start_again(self, worker: WorkerProcess) -> None:
        """Put another worker in the place of one that is gone."""
        self._counters.restarts += 1
        for task in reversed(worker.tasks.values()):
            self._queue_of(task).appendleft(task)
        self._start_worker(worker.place)

    def _ended_by_error(self, worker: WorkerProcess) -> bool:
        """Whether it ended while it pickled the error of a sample, which is then told in words; another one goes on."""
        if worker.failing is None:
            return False
        self._finished(worker, worker.failing.task).result = error_of(worker.failing)
        self._start_again(worker)
        return True

    def _death(self, worker: WorkerProcess, what: str, code: int | None) -> PipelineError:
        advice = "" if self._settings.restart else "; on_worker_death=restart would replace it"
        if not worker.ready:
            if code is not None and code < 0:  # somebody ended it, which says nothing about its plan
                return WorkerDiedError(f"{what} before it was ready{advice}", code)
            return WorkerStartError(f"{what} before it was ready")
        note = worker.note()
        task = None if note is None else worker.tasks.get(note.task)
        doing = (
            "while it was idle"
            if task is None or note is None
            else f"at {describe_element(task.portion, note.element)}"
        )
        return WorkerDiedError(f"{what} {doing}{advice}", code)

    def _blame(self, worker: WorkerProcess, error: PipelineError) -> None:
        """Count the death for the sample that was worked on; one that ends worker after worker is a bad sample."""
        note = worker.note()
        task = None if note is None else worker.tasks.get(note.task)
        if note is None or task is None:
            return
        deaths = task.deaths[note.element] = task.deaths.get(note.element, 0) + 1
        if deaths >= _MOST_DEATHS:
            self._bad_element(task, note.element, error)

    def _end_stuck_workers(self) -> None:
        limit = self._settings.sample_timeout
        for worker in list(self._workers.values()):
            note = worker.note()
            if note is None or monotonic() - note.since < limit or note.task not in worker.tasks:
                continue
            task = worker.tasks[note.task]
            worker.kill()
            worker.wait()
            self._forget(worker)
            worker.hang_up()
            if self._ended_by_error(worker):
                continue
            element = describe_element(task.portion, note.element)
            self._bad_element(task, note.element, SampleTimeoutError(f"{element} took longer than {limit} s"))
            self._start_again(worker)


def _result(portion: Portion, message: Done) -> Samples | PackedRows:
    """The results of a portion, with its epoch and positions."""
    epoch, positions, keep, read = portion.epoch, portion.positions, portion.keep, message.read
    if read is not None:
        positions = positions[: read.size]
    if isinstance(message.made, list):
        return Samples(epoch, positions, message.made, message.elements, keep=keep, read=read)
    return PackedRows(epoch, positions, message.made, message.elements, keep=keep, read=read)


@cache
def _tell_once(text: str) -> None:
    """Log what workers have to say: one line for all of them, and for all pipelines of the process."""
    logger.warning("%s", text)
