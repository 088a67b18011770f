"""A run that is killed again and again."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tfaip.params import save
from tfaip.params.trust.current_folder import python_path
from tfaip.trainer.folder.run_folder import RunFolder
from tfaip.trainer.params import TrainerParams

__all__ = ["Kill", "run_whole", "run_with_kills"]


@dataclass(frozen=True)
class Kill:
    """A SIGKILL that hit.

    Attributes:
        step: Step of the newest checkpoint at that time; `None` before the first one.
        writing: Whether a checkpoint was being written.
    """

    step: int | None
    writing: bool


def run_whole(params: TrainerParams) -> None:
    """Train in a process of its own, to the end.

    Raises:
        RuntimeError: The process failed.
    """
    _wait(_start(params, resume=False))


def run_with_kills(
    params: TrainerParams, steps: int, kills: int, seed: int = 0, say: Callable[[str], None] = lambda _: None
) -> list[Kill]:
    """Train in processes that are killed at random moments and resumed, the last one to the end.

    Every second kill waits for a checkpoint that is being written.

    Args:
        params: Parameters with an output folder, and with checkpoints at every few steps.
        steps: Steps of the whole run, over which the kills are spread.
        kills: How many there are to be.
        seed: Seed of the moments.
        say: Called with a line about each kill.

    Returns:
        The kills that hit; a process that ended before its kill is not among them.
    """
    assert params.output_dir is not None
    folder = RunFolder(params.output_dir)
    dice = random.Random(seed)
    hit: list[Kill] = []
    process = _start(params, resume=False)
    for number, step in enumerate(sorted(dice.randrange(steps) for _ in range(kills))):
        _await(process, partial(_has_reached, folder, step))
        if number % 2 == 1:
            _await(process, partial(_is_writing, folder))
            time.sleep(dice.uniform(0, 0.01))
        else:
            time.sleep(dice.uniform(0, 0.05))  # some steps of a small network, so that the kills stay spread
        if process.poll() is not None:
            break
        process.send_signal(signal.SIGKILL)
        process.wait()
        hit.append(Kill(_newest_step(folder), _is_writing(folder)))
        say(f"kill {len(hit)}: {hit[-1]}")
        # Before the first checkpoint there may be no run yet to resume.
        process = _start(params, resume=folder.trainer_params.exists())
    _wait(process)
    return hit


def _start(params: TrainerParams, *, resume: bool) -> subprocess.Popen[bytes]:
    with tempfile.NamedTemporaryFile(suffix=".json", delete=False) as file:
        path = Path(file.name)
    save(params, path)
    environment = {"KERAS_BACKEND": "tensorflow", "TF_CPP_MIN_LOG_LEVEL": "3", **os.environ}
    environment["PYTHONPATH"] = python_path()
    command = [sys.executable, "-m", "tfaip.trainer.testing.run_process", str(path), *(["--resume"] if resume else [])]
    with path.with_suffix(".err").open("wb") as errors:
        process = subprocess.Popen(command, env=environment, stdout=subprocess.DEVNULL, stderr=errors)
    process.args = [*command]
    return process


def _wait(process: subprocess.Popen[bytes]) -> None:
    code = process.wait()
    if code:
        assert isinstance(process.args, list)
        errors = next(Path(str(a)).with_suffix(".err") for a in process.args if str(a).endswith(".json"))
        raise RuntimeError(f"the training ended with code {code}:\n{errors.read_text(encoding='utf-8')}")


def _await(process: subprocess.Popen[bytes], condition: Callable[[], bool]) -> None:
    while not condition() and process.poll() is None:
        time.sleep(0.002)


def _has_reached(folder: RunFolder, step: int) -> bool:
    return (_newest_step(folder) or 0) >= step


def _newest_step(folder: RunFolder) -> int | None:
    names = [path.name for path in folder.checkpoint.glob("step_*")]
    return max((int(name.split("_")[1]) for name in names), default=None)


def _is_writing(folder: RunFolder) -> bool:
    return any(folder.checkpoint.glob(".step_*.writing"))
