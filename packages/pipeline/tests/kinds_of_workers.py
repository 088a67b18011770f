"""Settings that each promise is tested with: no worker, processes, threads."""

from __future__ import annotations

import pytest

PROCESSES = {"num_processes": 2}
THREADS = {"num_processes": 2, "workers": "threads"}

KINDS = [pytest.param(PROCESSES, id="processes"), pytest.param(THREADS, id="threads")]
WORKERS = [pytest.param({"num_processes": 0}, id="none"), *KINDS]
