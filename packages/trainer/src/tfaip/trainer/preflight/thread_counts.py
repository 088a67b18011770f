"""Which number of threads trains fastest: TensorFlow takes its number once, so each has a process of its own."""

from __future__ import annotations

import copy
import json
import logging
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

from tfaip.params import save
from tfaip.params.trust.current_folder import python_path
from tfaip.trainer.params import TrainerParams

__all__ = ["fastest_thread_count"]

logger = logging.getLogger(__name__)

# Loading TensorFlow and tracing a large graph take a while; a try that takes longer than this helps nobody.
TIMEOUT_SECONDS = 300


def fastest_thread_count(params: TrainerParams, found: Callable[[str], None]) -> int | None:
    """Return the number of threads within one operation that makes the shortest steps.

    Args:
        params: Parameters of the training.
        found: Called with what was measured, in words.
    """
    seconds: dict[int, float] = {}
    for count in _candidates(os.cpu_count() or 1):
        logger.info("Measuring a step with %d threads, in a process of its own", count)
        measured = _measured(params, count)
        if measured is None:
            found("not measured: the scenario cannot be loaded in a process of its own")
            return None
        seconds[count] = measured
    best = min(seconds, key=lambda count: seconds[count])
    found(", ".join(f"{count}: {value * 1e3:.3g} ms a step" for count, value in seconds.items()))
    found(f"fastest with --device.intra_op_threads {best}")
    return best


def _candidates(cores: int) -> list[int]:
    return sorted({1, 2, max(1, cores // 2), cores} & set(range(1, cores + 1)))


def _measured(params: TrainerParams, count: int) -> float | None:
    tried = copy.copy(params)
    tried.device = copy.copy(params.device)
    tried.device.intra_op_threads = count
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trainer_params.json"
        save(tried, path)
        done = subprocess.run(
            [sys.executable, "-P", "-m", "tfaip.trainer.preflight.step_time", str(path)],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
            env={**os.environ, "PYTHONPATH": python_path()},
        )
    if done.returncode:
        return None
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result["seconds_per_step"]
