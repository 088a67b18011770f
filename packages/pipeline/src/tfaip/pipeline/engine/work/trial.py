"""How long the work on a sample takes, found out by doing it."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from time import perf_counter

from tfaip.pipeline.engine.program import Program
from tfaip.pipeline.engine.stream.portion import Indices
from tfaip.pipeline.engine.work.runner import Runner

__all__ = ["seconds_per_element"]

_MOST_ELEMENTS = 8
_MOST_SECONDS = 0.05


def seconds_per_element(program: Program) -> float | None:
    """The least time that one of the first elements took in this process, as far as the workers would do the work.

    None where it could not be found out. What fails here fails again later, where it is reported.
    """
    runner = Runner(replace(program, layout=None, packs=False))
    began = perf_counter()
    least: float | None = None
    with contextlib.suppress(Exception):
        runner.prepare([0])
        for index in range(_MOST_ELEMENTS):
            before = perf_counter()
            runner.run(0, Indices(0, [0], [index]))
            seconds = perf_counter() - before
            least = seconds if least is None else min(least, seconds)
            if perf_counter() - began > _MOST_SECONDS:
                break
    return least
