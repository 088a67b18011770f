"""The import of TensorFlow and Keras, wherever it is written: shorter, without messages, and told to who waits for it.

TensorFlow 2.21 prints a page about oneDNN and missing GPU drivers before it looks at TF_CPP_MIN_LOG_LEVEL
(tensorflow/tensorflow#100442), straight to the file descriptor.
"""

from __future__ import annotations

import logging
import os
import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import TYPE_CHECKING, Any

from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.model.runtime.short_import import LOADED_LATER, LaterLoader, without_collections
from tfaip.pipeline.loaded_later import loaded_later

if TYPE_CHECKING:
    import tempfile
else:
    # A prediction without TensorFlow needs none.
    tempfile = loaded_later("tempfile")

__all__ = ["call_when_loaded", "import_quietly"]

# Debuggers of imports want to see everything; the level may be set at any time before.
logger = logging.getLogger(__name__)

_LIBRARIES = ("tensorflow", "keras")
_importing: list[str] = []
_waiting: dict[str, list[Callable[[], None]]] = {}


class _QuietFinder:
    """Lets the other finders find the libraries, and wraps their loading; it finds nothing else."""

    @classmethod
    def find_spec(
        cls, name: str, path: Sequence[str] | None = None, target: ModuleType | None = None
    ) -> ModuleSpec | None:
        """The import system's question."""
        is_later = name in LOADED_LATER and bool(_importing)
        if name not in _LIBRARIES and not is_later:
            return None
        behind = sys.meta_path[sys.meta_path.index(cls) + 1 :]
        spec = next(filter(None, (finder.find_spec(name, path, target) for finder in behind)), None)
        if spec is None or spec.loader is None:
            return spec
        if is_later:
            spec.loader = LaterLoader(spec.loader)  # type: ignore[assignment]  # any object with its two methods
        else:
            _wrap(name, spec.loader)
        return spec


def import_quietly() -> None:
    """Keep the messages of TensorFlow's import off the console, from now on.

    They are shown if the import fails, or at the log level DEBUG.
    """
    if _QuietFinder not in sys.meta_path and not set(_LIBRARIES) <= sys.modules.keys():
        sys.meta_path.insert(0, _QuietFinder)


def call_when_loaded(library: str, function: Callable[[], None]) -> None:
    """Call a function once the library has been imported, `tensorflow` or `keras`."""
    import_quietly()
    _waiting.setdefault(library, []).append(function)


def _wrap(name: str, loader: Any) -> None:
    execute = loader.exec_module

    def exec_module(module: ModuleType) -> None:
        prefer_tensorflow()
        _importing.append(name)
        try:
            with _without_messages(), without_collections():
                execute(module)
        finally:
            _importing.remove(name)
        for function in _waiting.pop(name, ()):
            function()

    loader.exec_module = exec_module


@contextmanager
def _without_messages() -> Iterator[None]:
    if logger.isEnabledFor(logging.DEBUG):
        yield
        return
    sys.stderr.flush()
    try:
        console = os.dup(2)
    except OSError:  # a process without a console
        yield
        return
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 2)
        try:
            yield
        except BaseException:
            printed.seek(0)
            os.write(console, printed.read())
            raise
        finally:
            os.dup2(console, 2)
            os.close(console)
