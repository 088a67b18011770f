"""Modules of a scenario that load TensorFlow before computing starts, so that `--help` and the workers are slow.

Internal API between the packages.
"""

from __future__ import annotations

import linecache
import sys
import time
from collections.abc import Iterator, Sequence
from importlib.machinery import ModuleSpec
from pathlib import Path
from types import ModuleType, TracebackType
from typing import Any, NamedTuple, Self

from tfaip.pipeline.hooks import is_ours

__all__ = ["REMEDY", "EarlyTensorFlow"]

REMEDY = (
    "Move this import into the functions that need it; `import keras` becomes `from tfaip.model import keras`, which "
    "may stand at the top."
)

_LIBRARIES = ("tensorflow", "keras")


class _Place(NamedTuple):
    """A line that is being executed while TensorFlow is imported."""

    module: str
    file: str
    line: int
    name: str

    def __str__(self) -> str:
        code = linecache.getline(self.file, self.line).strip()
        within = "" if self.name == "<module>" else f" in {self.name}"
        return f"{_shown(self.file)}:{self.line}{within}" + (f" ({code})" if code else "")


class EarlyTensorFlow:
    """Takes note of the first import of TensorFlow or Keras: from which line, and how long it takes; a context.

    Args:
        libraries: Names of the packages to look for.
    """

    def __init__(self, libraries: Sequence[str] = _LIBRARIES) -> None:
        self._libraries = libraries
        self._places: list[_Place] = []
        self.seconds = 0.0

    def __enter__(self) -> Self:
        sys.meta_path.insert(0, self)
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        sys.meta_path.remove(self)

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> ModuleSpec | None:
        """Return how Python loads a library, with its loading timed; `None` for all other modules."""
        if name not in self._libraries or self._places:
            return None
        behind = sys.meta_path[sys.meta_path.index(self) + 1 :]
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in behind)), None)
        if spec is not None and spec.loader is not None:
            self._time(spec.loader)
        return spec

    @property
    def found(self) -> bool:
        """Whether TensorFlow or Keras was imported."""
        return bool(self._places)

    def findings(self, package: str = "") -> list[str]:
        """Return what to tell about the import, in sentences; nothing if there was none.

        Args:
            package: Package of the scenario; of the lines that lead to the import, its last one is shown, else the last
                one outside of tfaip.
        """
        if not self._places:
            return []
        return [
            f"{self.place(package)} loads TensorFlow, in {self.seconds:.1f} s.",
            "--help and each worker that needs it wait for that.",
            REMEDY,
        ]

    def place(self, package: str = "") -> str:
        """Return the line to tell of an import that was found, see `findings`."""
        own = [place for place in self._places if place.module.partition(".")[0] == package]
        users = [place for place in self._places if not is_ours(place.module)]
        return str(next(iter([*own, *users, *self._places])))

    def _time(self, loader: Any) -> None:
        execute = loader.exec_module

        def exec_module(module: ModuleType) -> None:
            if self._places:
                execute(module)
                return
            self._places = list(_executed_lines(self._libraries))
            began = time.perf_counter()
            try:
                execute(module)
            finally:
                self.seconds = time.perf_counter() - began

        loader.exec_module = exec_module


def _executed_lines(libraries: Sequence[str]) -> Iterator[_Place]:
    """The lines that lead to the current import, the innermost first, without those of Python's own import."""
    frame = sys._getframe(1)
    while frame is not None:
        module = frame.f_globals.get("__name__", "")
        if module != __name__ and module.partition(".")[0] not in ("importlib", *libraries):
            yield _Place(module, frame.f_code.co_filename, frame.f_lineno, frame.f_code.co_qualname)
        frame = frame.f_back  # type: ignore[assignment]  # the outermost has none


def _shown(file: str) -> str:
    path = Path(file)
    return str(path.relative_to(Path.cwd())) if path.is_relative_to(Path.cwd()) else file
