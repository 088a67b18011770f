"""`ThreadPool`: workers in threads of this process, which take their tasks and give their results themselves."""

from __future__ import annotations

import contextlib
import ctypes
import logging
import threading
import traceback
from functools import partial
from queue import Empty, SimpleQueue
from time import monotonic
from typing import NamedTuple

from tfaip.params import UserError
from tfaip.pipeline.engine.counters import Counters, Report
from tfaip.pipeline.engine.plan import Plan, WorkerSettings
from tfaip.pipeline.engine.recycled_memory import RecycledMemory
from tfaip.pipeline.engine.stream.portion import PackedRows, Portion, Samples, ShardChunk, describe_element
from tfaip.pipeline.engine.work.segment import Segment
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.engine.worker_pool import GRACE, TICK, Task, WorkerPool
from tfaip.pipeline.errors import SampleTimeoutError, WorkerStartError
from tfaip.pipeline.user_code import LONGEST_TRACEBACK, SampleError, shortened

__all__ = ["ThreadPool"]

logger = logging.getLogger(__name__)


class _EndedError(SystemExit):
    """The pool does not want the work of this thread any more. Python ends a thread silently at a `SystemExit`."""


class _Note(NamedTuple):
    """The work of a thread at some moment: task, number of the element in it, and when it began with this element."""

    task: Task
    element: int
    since: float


class _Outcome(NamedTuple):
    """The result of a task, or of the start of a worker where there is no task."""

    worker: _WorkerThread
    task: Task | None
    result: Samples | PackedRows | Exception
    report: Report | None = None


class _WorkerThread(threading.Thread):
    """One worker. It builds generator and processors of its own, which no other thread uses.

    Attributes:
        place: Its number among the workers, which decides on the lanes of shards that it reads.
        note: Its work; None if there is nothing to do.
        is_unwanted: Whether it shall end. Its results count no more.
    """

    def __init__(self, pool: ThreadPool, place: int) -> None:
        # A daemon, so that native code that never returns does not hold up the end of the process.
        super().__init__(name=f"tfaip-pipeline-{place}", daemon=True)
        self._pool = pool
        self.place = place
        self.note: _Note | None = None
        self.is_unwanted = False

    def run(self) -> None:
        """Build the segments, and work on tasks until there shall be no more."""
        with contextlib.suppress(_EndedError):
            self._pool.serve(self)

    def begin(self, task: Task, element: int) -> None:
        """The work on an element of a task begins."""
        if self.is_unwanted:
            raise _EndedError
        self.note = _Note(task, element, monotonic())

    def interrupt(self) -> None:
        """Raise an error in the thread at its next instruction of Python; native code is not interrupted."""
        if self.is_alive() and self.ident is not None:
            ctypes.pythonapi.PyThreadState_SetAsyncExc(ctypes.c_ulong(self.ident), ctypes.py_object(_EndedError))


class ThreadPool(WorkerPool):
    """Workers in threads. Nothing is sent: results are the objects that the thread has made.

    Args:
        plan: Says what runs.
        settings: The number of workers, and the time for a sample.
        counters: Gets the reports of the workers.
    """

    def __init__(self, plan: Plan, settings: WorkerSettings, *, counters: Counters) -> None:
        super().__init__(settings, skip_bad_samples=plan.skip_bad_samples, counters=counters)
        self._plan = plan
        self._outcomes: SimpleQueue[_Outcome] = SimpleQueue()
        self._memory = RecycledMemory()
        # Guards the queues of tasks, and tells of new ones.
        self._changed = threading.Condition()
        self._workers: list[_WorkerThread] = []
        try:
            for place in range(settings.workers):
                self._workers.append(self._started(place))
        except BaseException:  # the system may give no further thread
            self.close()
            raise

    def process_ids(self) -> list[int]:
        """None: the workers have no process of their own."""
        return []

    def submit(self, segment: int, portion: Portion, *, is_trial: bool = False) -> Task:
        """See `WorkerPool`."""
        with self._changed:
            task = super().submit(segment, portion, is_trial=is_trial)
            self._tell_of(task)
        return task

    def turn(self, *, wait: bool) -> None:
        """See `WorkerPool`."""
        while True:
            self._require_open()
            arrived = False
            with contextlib.suppress(Empty):
                while True:
                    self._take(
                        self._outcomes.get(timeout=TICK) if wait and not arrived else self._outcomes.get_nowait()
                    )
                    arrived = True
            if self._settings.sample_timeout:
                self._replace_stuck_workers()
            if arrived or not wait:
                return

    def close(self) -> None:
        """See `WorkerPool`; a thread that is in native code ends when that returns."""
        workers, self._workers = self._workers, []
        if self.is_of_parent:  # a fork has no threads, and another one may have held the lock
            return
        with self._changed:
            for worker in workers:
                worker.is_unwanted = True
            self._backlog.clear()
            self._changed.notify_all()
        deadline = monotonic() + GRACE
        for worker in workers:
            # Objects may be finalized in any thread, and so this may be one of the workers.
            if worker is not threading.current_thread():
                worker.join(max(0.0, deadline - monotonic()))
                worker.interrupt()

    def serve(self, worker: _WorkerThread) -> None:
        """In the thread of a worker: build the segments and do the tasks, until it is unwanted."""
        try:
            segments = {
                number: build_segment(self._plan, number, passes_on=(_EndedError,))
                for number, segment in enumerate(self._plan.segments)
                if segment.in_workers
            }
        except _EndedError:
            raise
        except BaseException as error:
            reason = (
                str(error) if isinstance(error, UserError) else shortened(traceback.format_exc(), LONGEST_TRACEBACK)
            )
            failure = WorkerStartError(f"a worker could not build its generator and processors:\n{reason}")
            failure.__cause__ = error
            self._outcomes.put(_Outcome(worker, None, failure))
            return
        while (task := self._next_task(worker)) is not None:
            self._outcomes.put(self._work_on(worker, task, segments[task.segment]))
            worker.note = None

    def _started(self, place: int) -> _WorkerThread:
        worker = _WorkerThread(self, place)
        worker.start()
        return worker

    def _next_task(self, worker: _WorkerThread) -> Task | None:
        """Wait for a task; None if the worker is unwanted."""
        with self._changed:
            while not worker.is_unwanted:
                if (queue := self._next_for(worker.place)) is not None:
                    task = queue.popleft()
                    worker.note = _Note(task, -1, monotonic())
                    return task
                self._changed.wait()
        return None

    def _work_on(self, worker: _WorkerThread, task: Task, segment: Segment) -> _Outcome:
        try:
            result, report = segment.run(
                task.portion,
                allocate=self._memory.allocate,
                skip=frozenset(task.skip),
                on_element=partial(worker.begin, task),
                is_trial=task.is_trial,
            )
        except SampleError as failure:
            return _Outcome(worker, task, failure)
        except _EndedError:
            raise
        except BaseException as error:
            return _Outcome(worker, task, SampleError(error, "in a worker"))
        return _Outcome(worker, task, result, report)

    def _take(self, outcome: _Outcome) -> None:
        task = outcome.task
        if outcome.worker.is_unwanted:
            return  # another worker does it again
        if task is None:
            assert isinstance(outcome.result, Exception)
            raise outcome.result
        task.result = outcome.result
        self._unfinished[task.segment] -= 1
        if outcome.report is not None:
            if isinstance(task.portion, ShardChunk):
                assert not isinstance(outcome.result, Exception)
                task.portion.was_read(outcome.result.read)
            if not task.is_trial:
                self._counters.add(task.segment, outcome.report)

    def _tell_of(self, task: Task) -> None:
        # The tasks of a lane are for one of the threads, and any of them may be woken up.
        self._changed.notify_all() if isinstance(task.portion, ShardChunk) else self._changed.notify()

    def _replace_stuck_workers(self) -> None:
        limit = self._settings.sample_timeout
        for worker in self._workers:
            note = worker.note
            if note is None or monotonic() - note.since < limit:
                continue
            task, stuck = note.task, describe_element(note.task.portion, note.element)
            worker.is_unwanted = True
            worker.interrupt()
            self._bad_element(task, note.element, SampleTimeoutError(f"{stuck} took longer than {limit} s"))
            worker.join(TICK)
            if worker.is_alive():
                logger.warning(
                    "A thread still works on %s: native code can't be interrupted. It ends when the code returns; "
                    "workers=processes would end it at once",
                    stuck,
                )
            self._counters.restarts += 1
            with self._changed:
                self._queue_of(task).appendleft(task)
            self._workers[worker.place] = self._started(worker.place)
