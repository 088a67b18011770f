"""The steps of a check, shown as they are done."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from tfaip.model.command.blame import explained
from tfaip.params import UserError
from tfaip.pipeline import DataBase
from tfaip.pipeline.hooks import overridden_hooks

__all__ = ["PreflightError", "Stage", "Stages"]

try:
    import resource
except ImportError:  # on Windows
    resource = None  # type: ignore[assignment]


# `ru_maxrss` counts bytes on macOS and KiB elsewhere.
_RSS_UNIT = 1 if sys.platform == "darwin" else 1024


@dataclass
class Stage:
    """The findings of one step of the check.

    Attributes:
        name: The subject of the check.
        findings: In words.
        seconds: Time that it took.
        memory: Bytes by which it raised the peak of the process's memory.
    """

    name: str
    findings: list[str] = field(default_factory=list)
    seconds: float = 0.0
    memory: int = 0

    def found(self, text: str) -> None:
        """Add a finding."""
        self.findings.append(text)

    def found_hooks(self, *objects: object) -> None:
        """Add the hooks that the classes of objects override, one line for each class that does."""
        for cls in map(type, objects):
            if hooks := overridden_hooks(cls):
                self.found(f"{cls.__qualname__} overrides {', '.join(hooks)}")


class Stages:
    """Runs the steps of a check, and adds the place of the cause to the first error.

    Args:
        show: Called with each step once it is done.
        begin: Called with the name of each step as it begins.
    """

    def __init__(self, show: Callable[[Stage], None], begin: Callable[[str], None] = lambda _: None) -> None:
        self._show = show
        self._begin = begin
        self.names: dict[str, list[str]] = {"inputs": [], "targets": [], "outputs": []}

    def know(self, data: DataBase[Any]) -> None:
        """Take over the names that messages suggest."""
        self.names["inputs"], self.names["targets"] = list(data.input_layer_specs()), list(data.target_layer_specs())

    @contextmanager
    def stage(self, name: str) -> Iterator[Stage]:
        """Run one step; its findings are shown when it ends.

        Raises:
            PreflightError: Any failure in it.
        """
        stage = Stage(name)
        self._begin(name)
        began, peak = time.perf_counter(), _peak_memory()
        try:
            yield stage
        except PreflightError as error:
            raise PreflightError(f"{name}: {error}") from error
        except Exception as error:
            raise PreflightError(f"{name}: {explained(error, self.names)}") from error
        stage.seconds, stage.memory = time.perf_counter() - began, _peak_memory() - peak
        self._show(stage)


def _peak_memory() -> int:
    """Bytes; 0 where the system does not tell."""
    if resource is None:
        return 0
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * _RSS_UNIT


class PreflightError(UserError):
    """The first mistake of a scenario: the step of the check, and the class and method to look at."""
