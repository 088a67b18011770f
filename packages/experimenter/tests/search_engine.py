"""An executor in this process whose runs are functions: each question for a run is an epoch of it."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from pathlib import Path
from typing import Any

from tfaip.experimenter import (
    Ended,
    Executor,
    ExecutorParams,
    Job,
    Lost,
    Options,
    Running,
    read_plan,
    read_slots,
    run_plan,
)
from tfaip.experimenter.search.params import SearchParams
from tfaip.params import params

__all__ = ["EPOCHS", "Engine", "Killed", "Listening", "engine_of", "search"]

EPOCHS = 6


class Killed(BaseException):
    """The process was killed here."""


class Engine:
    """The runs; they outlive the process of the experimenter, and so does this object."""

    def __init__(self, function: Callable[[dict[str, str], int], dict[str, float]]) -> None:
        self.function = function
        self.jobs: dict[str, dict[str, Any]] = {}
        self.words: list[tuple[str, ...]] = []
        self.epochs = 0
        # Called before each step of the interface; a test raises `Killed` there.
        self.before: Callable[[str], None] = lambda _: None

    def refusal(self, words: Sequence[str]) -> str | None:
        return None

    def submit(self, job: Job) -> None:
        self.before("submit")
        values = {word.removeprefix("--"): value for word, value in zip(job.words, job.words[1:], strict=False)}
        self.words.append(job.words)
        self.jobs[job.key] = {"values": values, "epoch": 0, "stopped": False}
        self.before("submitted")

    def poll(self, key: str) -> Running | Ended | Lost:
        self.before("poll")
        if key not in self.jobs:
            return Lost("it was never started", started=False)
        job = self.jobs[key]
        if not job["stopped"] and job["epoch"] < EPOCHS:
            job["epoch"] += 1
            self.epochs += 1
            folder = Path(job["values"]["output_dir"])
            folder.mkdir(parents=True, exist_ok=True)
            with (folder / "metrics.jsonl").open("a" if job["epoch"] > 1 else "w") as file:
                logs = self.function(job["values"], job["epoch"])
                file.write(json.dumps({"epoch": job["epoch"], **logs}) + "\n")
            return Running(1.0)
        return Ended(130, 1.0, 2.0, "cancel") if job["stopped"] else Ended(0, 1.0, 2.0)

    def cancel(self, key: str) -> None:
        self.jobs[key]["stopped"] = True

    def forget(self, key: str) -> None:
        self.before("forget")

    def wait(self, seconds: float) -> None:
        """Time is nothing here."""

    def close(self) -> None:
        """Nothing is held."""


def engine_of(engine: Engine) -> ExecutorParams:
    """Return parameters that lead to an engine."""

    class EngineParams(ExecutorParams):
        def cls(self) -> type[Executor]:
            return Engine  # type: ignore[return-value]

        def create(self, folder: Path) -> Executor:
            return engine  # type: ignore[return-value]

    return params(EngineParams)()


class Listening:
    """Remembers what it is told."""

    def __init__(self) -> None:
        self.told: list[str] = []

    def started(self, entry: Any, words: Sequence[str]) -> None:
        """Nothing."""

    def ended(self, entry: Any) -> None:
        """Nothing."""

    def said(self, text: str) -> None:
        self.told.append(text)

    def passed(self) -> None:
        """Nothing."""


def search(path: Path, engine: Engine, *, slots: int = 1, retry: int = 0, **values: Any) -> tuple[int, list[str]]:
    """Run a workbook on an engine; return the exit code and what was said."""
    listener = Listening()
    code = run_plan(
        read_plan(path),
        read_slots([], [], slots),
        lambda _: nullcontext(listener),
        Options(retry=retry),
        executor=engine_of(engine),
        search=SearchParams(**values),
        update=False,
    )
    return code, listener.told
