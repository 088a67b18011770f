"""Whether the workers of a pipeline are threads or processes. The batches are the same in both.

Internal API between the packages.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from contextlib import suppress
from functools import cached_property
from time import perf_counter, thread_time
from types import FunctionType
from typing import Any

import numpy as np

from tfaip.pipeline.batching.layout import Allocate
from tfaip.pipeline.data.pipeline_params import DataPipelineParams
from tfaip.pipeline.data.processor import DataProcessorParams, processor_class
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.recycled_memory import RecycledMemory
from tfaip.pipeline.engine.stream.portion import Indices
from tfaip.pipeline.engine.work.segment import OnElement, Segment
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.running.available_workers import available_cores

__all__ = ["declares_thread_safe", "needs_processes", "pays_in_threads", "require_threads", "undeclared_class"]

_CODE = (FunctionType, classmethod, staticmethod, property, cached_property)

_ROUNDS = 6
_LEAST_ROUNDS = 3
"""Another program, or the end of workers of before, may disturb a round."""

_MOST_SECONDS = 0.1
_LONGEST_WAIT = 0.3
"""Seconds after which no sample of a trial is begun, and nobody waits for it. A fork server takes as long to start."""

_LEAST_SECONDS = 3e-3
"""Seconds that one thread works in a trial. With less, the start of the threads takes most of the time."""

_MOST_SLOWER = 1.1
"""How many times as long as processes threads may take. Processes then send their batches, which is not measured."""

_SECONDS_PER_BYTE = 1e-10
"""More than a thread needs, where a process writes a large batch: its memory has small pages, that of a thread has
large ones. Measured with 4 MiB samples on an AMD EPYC."""

_HOPELESS = 1.7
"""With two threads, work that holds the interpreter lock takes twice as long as with one."""


def declares_thread_safe(cls: type[Any]) -> bool:
    """Whether a class declares `thread_safe = True`. A declaration does not hold for methods of subclasses."""
    for owner in cls.__mro__:
        if "thread_safe" in vars(owner):
            return vars(owner)["thread_safe"] is True
        if any(isinstance(value, _CODE) for value in vars(owner).values()):
            return False
    return False


def undeclared_class(plan: Plan) -> type[Any] | None:
    """The first class of the work in workers that does not declare `thread_safe = True`."""
    return next((cls for cls in _classes(plan) if not declares_thread_safe(cls)), None)


def needs_processes(params: DataPipelineParams) -> str | None:
    """The setting that asks for protection that threads can't give, in words; None if there is none."""
    if params.on_worker_death != "raise":
        return f"on_worker_death={params.on_worker_death}"
    return f"max_tasks_per_process={params.max_tasks_per_process}" if params.max_tasks_per_process else None


def require_threads(plan: Plan, params: DataPipelineParams) -> None:
    """Check that the work may be done in threads.

    Raises:
        DefinitionError: A class does not declare it, or a setting needs processes.
    """
    if (cls := undeclared_class(plan)) is not None:
        raise DefinitionError(
            f"workers=threads needs classes that declare thread_safe = True, {cls.__qualname__} does not: declare it "
            f"if several objects of the class may work at once in threads, or set workers=processes"
        )
    if (setting := needs_processes(params)) is not None:
        raise DefinitionError(
            f"workers=threads can't be used with {setting}, since threads share the process: set workers=processes"
        )


def pays_in_threads(plan: Plan, count: int, length: int, batch_size: int) -> bool:
    """Whether so many threads do the work as fast as as many processes would, by a trial on the first samples.

    The time that passes with several threads is compared with the processor time of one of them, and of a process for
    the memory of a batch. So other programs may hide that threads pay. They never make work seem to pay that holds the
    interpreter lock.

    The caller waits no longer than `_LONGEST_WAIT`, and then for processes: the sample that the trial works on is
    finished in a thread, and thrown away. Native code that holds the interpreter lock can't be left like that.

    Args:
        plan: A plan whose first segment reads its samples by index.
        count: The number of workers.
        length: The number of samples.
        batch_size: The number of samples of a batch.
    """
    at_once = min(count, available_cores())
    if at_once < 2 or not length:
        return False
    trial = _Trial(plan, at_once, min(length, batch_size))
    # In a thread, since nobody can tell how long a sample takes.
    thread = threading.Thread(target=trial.run, name="tfaip-pipeline-trial", daemon=True)
    thread.start()
    try:
        thread.join(_LONGEST_WAIT)
    finally:
        trial.is_over = True
    return trial.pays


class _Trial:
    """Measures threads, and begins no sample after the time is up.

    Args:
        plan: As above.
        at_once: The number of threads, >= 2.
        most: The most samples of a portion.

    Attributes:
        is_over: Whether nobody waits for it any more.
        pays: Whether threads pay; False until that is known.
    """

    def __init__(self, plan: Plan, at_once: int, most: int) -> None:
        self._plan = plan
        self._at_once = at_once
        self._most = most
        self._began = perf_counter()
        self.is_over = False
        self.pays = False

    def run(self) -> None:
        """Find out. An error is told where it comes again, outside of the trial."""
        with suppress(Exception):
            self.pays = self._compare()

    def _compare(self) -> bool:
        segments = [build_segment(self._plan, 0) for _ in range(self._at_once)]
        memory = _CountedMemory()
        portion = self._portion(segments[0])
        alone = together = float("inf")
        self._measured(segments, portion, memory.allocate)  # in new memory, which takes longer
        for number in range(1, _ROUNDS + 1):
            alone = min(alone, self._measured(segments[:1], portion, memory.allocate)[0])
            together = min(together, self._measured(segments, portion, memory.allocate)[1])
            in_process = alone + memory.size * _SECONDS_PER_BYTE
            if together <= _MOST_SLOWER * in_process:
                return True
            is_hopeless = number >= _LEAST_ROUNDS and together > _HOPELESS * in_process
            if is_hopeless or self._seconds() > _MOST_SECONDS:
                break
        return False

    def _portion(self, segment: Segment) -> Indices:
        """The first elements, as many as take some time."""
        began_work = thread_time()
        for number in range(1, self._most + 1):
            self._go_on()
            segment.run(Indices(0, [0], [number - 1]))
            if thread_time() - began_work > _LEAST_SECONDS or self._seconds() > _MOST_SECONDS:
                break
        return Indices(0, range(number), list(range(number)))

    def _measured(self, segments: Sequence[Segment], portion: Indices, allocate: Allocate) -> tuple[float, float]:
        return _measured(segments, portion, allocate, self._go_on)

    def _seconds(self) -> float:
        return perf_counter() - self._began

    def _go_on(self, element: int = 0) -> None:
        """Called before each sample.

        Raises:
            _LateError: The time is up.
        """
        if self.is_over or self._seconds() > _LONGEST_WAIT:
            raise _LateError


class _LateError(Exception):
    """A trial takes too long."""


class _CountedMemory(RecycledMemory):
    """Memory that is used again.

    Attributes:
        size: The most bytes that were asked for at once.
    """

    def __init__(self) -> None:
        super().__init__()
        self.size = 0

    def allocate(self, size: int) -> np.ndarray:
        """See `Allocate`."""
        self.size = max(self.size, size)
        return super().allocate(size)


def _measured(
    segments: Sequence[Segment], portion: Indices, allocate: Allocate, on_element: OnElement
) -> tuple[float, float]:
    """The processor time of all segments, and the time until each has done the portion, in a thread of its own."""
    spent: list[float] = []
    errors: list[Exception] = []

    def work(segment: Segment) -> None:
        began = thread_time()
        try:
            segment.run(portion, allocate=allocate, on_element=on_element)
        except Exception as error:
            errors.append(error)
        spent.append(thread_time() - began)

    threads = [threading.Thread(target=work, args=(segment,), daemon=True) for segment in segments]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - began
    if errors:
        raise errors[0]
    return sum(spent), seconds


def _classes(plan: Plan) -> Iterator[type[Any]]:
    if plan.generator_params is not None:
        yield plan.generator_params.cls()
    for segment in plan.segments:
        processors: Sequence[DataProcessorParams] = segment.processors if segment.in_workers else ()
        yield from map(processor_class, processors)
