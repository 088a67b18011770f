"""What the session of faults has counted, for the table at its end."""

from __future__ import annotations

import gc
import os
import time
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from processes import own_shared_memory, workers_of

__all__ = ["Row", "counted", "rows", "table"]

_ENDLESS = 30
"""Seconds after which something hangs, however busy the machine is."""


@dataclass(slots=True)
class Row:
    """The counts of one kind of fault.

    Attributes:
        times: How often it was done.
        errors: How often the right error came of it.
        slowest: Seconds until the latest of these errors.
        lost: Samples that should have come, and did not.
        doubled: Samples that came twice.
        processes: Workers that were left.
        memory: Blocks of shared memory that were left.
        remark: What else was found.
    """

    times: int = 0
    errors: int = 0
    slowest: float = 0.0
    lost: int = 0
    doubled: int = 0
    processes: int = 0
    memory: int = 0
    remark: str = ""

    @contextmanager
    def error_in_time(self) -> Iterator[None]:
        """Count an error that the body has checked. The promise is two seconds, which a busy machine may not keep."""
        began = time.monotonic()
        yield
        elapsed = time.monotonic() - began
        self.errors += 1
        self.slowest = max(self.slowest, elapsed)
        assert elapsed < _ENDLESS

    def compare(self, received: Iterable[object], expected: Iterable[object]) -> None:
        """Count what is missing and what is there too often."""
        got, wanted = Counter(map(repr, received)), Counter(map(repr, expected))
        self.lost += (wanted - got).total()
        self.doubled += (got - wanted).total()
        assert got == wanted

    def look_around(self) -> None:
        """Count what is left of this process's pipelines."""
        gc.collect()
        self.processes += len(workers_of(os.getpid()))
        self.memory += len(own_shared_memory())
        assert (self.processes, self.memory) == (0, 0)


rows: dict[str, Row] = {}


def counted(case: str) -> Row:
    """The row of a kind of fault."""
    return rows.setdefault(case, Row())


def table() -> list[str]:
    """All rows, as a Markdown table."""
    lines = [
        "| fault | times | right error | slowest error | lost | doubled | processes left | memory left | |",
        "| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: | --- |",
    ]
    for case, row in rows.items():
        errors, slowest = (str(row.errors), f"{row.slowest:.2f} s") if row.errors else ("", "")
        cells = [case, row.times, errors, slowest, row.lost, row.doubled, row.processes, row.memory, row.remark]
        lines.append(f"| {' | '.join(map(str, cells))} |")
    return lines
