"""Memory over a long run; `SOAK_SECONDS` sets how long (the promise is about 600)."""

import os
import sys
import time
from pathlib import Path

import pytest
from pipeline_cases import AddNoiseParams, NumbersParams, make_pipeline

pytestmark = pytest.mark.faults

SECONDS = float(os.environ.get("SOAK_SECONDS", "60"))


def resident(pid):
    """Bytes of a process that are its own, without what it shares."""
    fields = Path(f"/proc/{pid}/statm").read_text().split()
    return (int(fields[1]) - int(fields[2])) * os.sysconf("SC_PAGE_SIZE")


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
def test_neither_parent_nor_workers_grow():
    pipeline = make_pipeline(AddNoiseParams(), generator=NumbersParams(count=2000), num_processes=2, batch_size=16)
    with pipeline.generate_input_batches() as batches:
        began = time.monotonic()
        before: dict[int, int] = {}
        while (elapsed := time.monotonic() - began) < SECONDS:
            next(batches)
            if not before and elapsed > SECONDS / 10:
                before = {pid: resident(pid) for pid in [os.getpid(), *batches.worker_process_ids()]}
        after = {pid: resident(pid) for pid in before}
    growth = {pid: after[pid] / before[pid] for pid in before}
    print(f"{batches.counters.batches} batches, growth {sorted(growth.values())}")
    assert len(growth) == 3
    assert max(growth.values()) < 1.05
