"""How many workers a pipeline gets.

Internal API between the packages.
"""

from __future__ import annotations

import contextlib
import logging
from dataclasses import replace
from time import perf_counter

from tfaip.pipeline.engine.plan import Plan
from tfaip.pipeline.engine.processes.pickling import why_not_sent
from tfaip.pipeline.engine.stream.portion import Indices
from tfaip.pipeline.engine.work.straight import build_segment
from tfaip.pipeline.running.available_workers import available_cores

__all__ = [
    "can_be_sent",
    "choose_process_count",
    "seconds_per_element",
]

logger = logging.getLogger(__name__)

_MOST_PROCESSES = 4

_WORTH_A_WORKER = 0.5e-3
"""Seconds for a batch. To get one from a worker costs this process about 0.1 ms, while a core of the model is taken."""


_MOST_ELEMENTS = 8
_MOST_SECONDS = 0.05


def choose_process_count(plan: Plan, *, batch_size: int, batches: int | None, tries_out: bool) -> int:
    """As many as there are cores, at most 4; none where they would have little to do.

    The data is the same in any case, so that the choice may depend on how long the first samples take.

    Args:
        plan: The plan as it is with workers.
        batch_size: The number of samples of a batch.
        batches: The number of batches of a pass, if it is known.
        tries_out: Whether samples may be processed here to find out; not if they might hang or end this process.
    """
    if not any(segment.in_workers for segment in plan.segments) or (batches is not None and batches <= 1):
        return 0
    if plan.generator_params is not None and plan.shards is None and tries_out:
        seconds = seconds_per_element(plan)
        if seconds is not None and seconds * batch_size < _WORTH_A_WORKER:
            return 0
    return min(_MOST_PROCESSES, available_cores())


def can_be_sent(plan: Plan) -> bool:
    """Whether worker processes can be given what they need; a warning tells why they can't."""
    if (reason := why_not_sent(plan)) is None:
        return True
    logger.warning("The pipeline runs in this process only, since %s", reason)
    return False


def seconds_per_element(plan: Plan) -> float | None:
    """The least time that one of the first elements took in this process, as far as the workers would do the work.

    None where it could not be found out. A failure here comes again later, where it is reported.
    """
    began = perf_counter()
    least: float | None = None
    with contextlib.suppress(Exception):
        segment = build_segment(replace(plan, layout=None, packs=False), 0)
        for index in range(_MOST_ELEMENTS):
            before = perf_counter()
            segment.run(Indices(0, [0], [index]))
            seconds = perf_counter() - before
            least = seconds if least is None else min(least, seconds)
            if perf_counter() - began > _MOST_SECONDS:
                break
    return least
