"""The number of threads that trains fastest: TensorFlow takes its number once, so each has a process of its own."""

from __future__ import annotations

import copy
import json
import os
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tfaip.params import save, to_dict
from tfaip.params.trust.same_modules import command_with_same_modules
from tfaip.trainer.params import TrainerParams

__all__ = ["fastest_thread_count"]

# Loading TensorFlow and tracing a large graph take a while; a try that takes longer than this helps nobody.
TIMEOUT_SECONDS = 300

_ENTRY = "from tfaip.trainer.preflight.step_time import main; main()"


def fastest_thread_count(params: TrainerParams, found: Callable[[str], None]) -> int | None:
    """Return the number of threads within one operation that makes the shortest steps.

    Args:
        params: Parameters of the training.
        found: Called with the measurement, in words.
    """
    seconds: dict[int, float] = {}
    for count in _candidates(os.cpu_count() or 1):
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


def _packages(params: TrainerParams) -> list[str]:
    """The packages of parameters and scenario: this process has imported them, so that the other one may."""
    tags = [params.scenario.scenario, *_tags(to_dict(params))]
    return sorted({tag.partition(":")[0].partition(".")[0] for tag in tags if tag})


def _tags(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        if isinstance(tag := value.get("__cls__"), str):
            yield tag
        value = list(value.values())
    if isinstance(value, list):
        for part in value:
            yield from _tags(part)


def _measured(params: TrainerParams, count: int) -> float | None:
    tried = copy.copy(params)
    tried.device = copy.copy(params.device)
    tried.device.intra_op_threads = count
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "trainer_params.json"
        save(tried, path)
        done = subprocess.run(
            [*command_with_same_modules(_ENTRY), str(path), *_packages(tried)],
            capture_output=True,
            text=True,
            check=False,
            timeout=TIMEOUT_SECONDS,
        )
    if done.returncode:
        return None
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result["seconds_per_step"]
