"""Memory over a long run; `SOAK_SECONDS` sets how long (the promise is about 600)."""

import os
import sys
import time
from pathlib import Path

import pytest
from fault_tally import counted
from pipeline_cases import make_pipeline
from tiny_case import ImagesParams, TinyParams

pytestmark = pytest.mark.faults

_COME_AND_GO = 2 << 20
"""Bytes. Python asks for memory in pieces of 1 MiB, and the same work needs one more at one time than at another."""

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))


def resident(pid):
    """Bytes of a process that are in memory, the shared ones included."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_neither_parent_nor_workers_grow():
    pipeline = make_pipeline(
        data=TinyParams(), generator=ImagesParams(count=60_000), num_processes=2, batch_size=32, seed=1
    )
    with pipeline.generate_input_batches() as batches:
        began = time.monotonic()
        before: dict[int, int] = {}
        while (elapsed := time.monotonic() - began) < SECONDS:
            next(batches)
            if not before and elapsed > SECONDS / 10:
                before = {pid: resident(pid) for pid in [os.getpid(), *batches.worker_process_ids()]}
        after = {pid: resident(pid) for pid in before}
    growth = {pid: after[pid] / before[pid] for pid in before}
    row = counted(f"{SECONDS:.0f} s of tiny samples")
    row.times += 1
    parent = growth.pop(os.getpid())
    row.remark = (
        f"{batches.counters.batches} batches; memory of the parent {parent - 1:+.1%}, "
        f"of the workers {', '.join(f'{factor - 1:+.1%}' for factor in growth.values())}"
    )
    assert len(growth) == 2
    assert parent < 1.05, row.remark
    # In a minute this is less than eight bytes for each batch.
    assert all(after[pid] - before[pid] <= max(_COME_AND_GO, before[pid] // 20) for pid in growth), row.remark
    row.look_around()
