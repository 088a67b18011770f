"""Whether the workers of a pipeline are threads or processes. The batches are the same in both.

Internal API between the packages.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cached_property
from time import perf_counter
from types import FunctionType
from typing import Any

from tfaip.pipeline.data.pipeline_params import DataPipelineParams
from tfaip.pipeline.data.processor import DataProcessorParams, processor_class
from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.stream.portion import Indices
from tfaip.pipeline.engine.work.segment import Segment
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.errors import DefinitionError
from tfaip.pipeline.running.available_workers import available_cores

__all__ = ["declares_thread_safe", "needs_processes", "pays_in_threads", "require_threads", "undeclared_class"]

_CODE = (FunctionType, classmethod, staticmethod, property, cached_property)

_ROUNDS = 4
_MOST_SECONDS = 0.05
_LEAST_SECONDS = 2e-3
"""Of the work of one thread in a trial: less than that, and the start of the threads takes most of the time."""

_MOST_ELEMENTS = 64
_MOST_SLOWER = 1.25
"""How many times as long work may take beside that of other threads: about as much as processes cost."""


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


def pays_in_threads(plan: Plan, count: int, length: int) -> bool:
    """Whether so many threads do the work about as fast as as many processes would, by a trial on the first samples.

    Args:
        plan: A plan whose first segment reads its samples by index.
        count: The number of workers.
        length: The number of samples.
    """
    at_once = min(count, available_cores())
    if at_once < 2 or not length:
        return False
    plan = replace(plan, layout=None, packs=False)
    began = perf_counter()
    try:
        segments = [build_segment(plan, 0) for _ in range(at_once)]
        elements = _elements_of_trial(segments[0], length)
        alone = together = float("inf")
        for _ in range(_ROUNDS):
            alone = min(alone, _seconds_of(segments[:1], elements))
            together = min(together, _seconds_of(segments, elements))
            if perf_counter() - began > _MOST_SECONDS:
                break
    except Exception:  # comes again where it is reported
        return False
    return together <= _MOST_SLOWER * alone


def _elements_of_trial(segment: Segment, length: int) -> Sequence[int]:
    """The first elements, as many as take some time."""
    began = perf_counter()
    elements = range(min(length, _MOST_ELEMENTS))
    for index in elements:
        segment.run(Indices(0, [0], [index]))
        if perf_counter() - began > _LEAST_SECONDS:
            return elements[: index + 1]
    return elements


def _seconds_of(segments: Sequence[Segment], elements: Sequence[int]) -> float:
    """The seconds until each of the segments has done all elements, each in a thread of its own."""
    errors: list[Exception] = []

    def work(segment: Segment) -> None:
        try:
            for index in elements:
                segment.run(Indices(0, [0], [index]))
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=work, args=(segment,), daemon=True) for segment in segments]
    began = perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    seconds = perf_counter() - began
    if errors:
        raise errors[0]
    return seconds


def _classes(plan: Plan) -> Iterator[type[Any]]:
    if plan.generator_params is not None:
        yield plan.generator_params.cls()
    for segment in plan.segments:
        processors: Sequence[DataProcessorParams] = segment.processors if segment.in_workers else ()
        yield from map(processor_class, processors)
