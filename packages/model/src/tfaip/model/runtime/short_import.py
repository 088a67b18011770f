"""A shorter import of TensorFlow and Keras: by a third where the usual scientific libraries are installed.

Keras loads Matplotlib and scikit-learn for two of its parts, which few programs use. These parts load with the first
look into them. The garbage collector rests meanwhile: it would search a growing number of objects again and again, of
which none is garbage.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.machinery import ModuleSpec
from threading import RLock
from types import ModuleType
from typing import Any

__all__ = ["LOADED_LATER", "LaterLoader", "without_collections"]

# Nothing in TensorFlow or Keras looks into these parts of the public interface while it is imported.
LOADED_LATER = (
    *("keras.src.visualization", "keras.visualization", "keras._tf_keras.keras.visualization"),
    *("keras.wrappers", "keras._tf_keras.keras.wrappers"),
)

# One lock for all parts: they load each other.
_lock = RLock()


class LaterLoader:
    """Loads a module with the first look at an attribute that the import system hasn't set.

    The `LazyLoader` of the standard library would load it for `__file__`, which TensorFlow asks all modules for. A
    loader needs no base class: that one's module takes as long to load as a tenth of a prediction without TensorFlow.

    Args:
        loader: The loader of the module.
    """

    def __init__(self, loader: Any) -> None:
        self._loader = loader

    def create_module(self, spec: ModuleSpec) -> ModuleType | None:
        """Create the module as its own loader does."""
        created: ModuleType | None = self._loader.create_module(spec)
        return created

    def exec_module(self, module: ModuleType) -> None:
        """Prepare the module to load later."""
        assert module.__spec__ is not None
        module.__spec__.loader = module.__loader__ = self._loader

        def load() -> None:
            with _lock:
                if vars(module).get("__getattr__") is look:
                    del vars(module)["__getattr__"], vars(module)["__dir__"]
                    try:
                        self._loader.exec_module(module)
                    except BaseException:
                        vars(module).update(later)
                        raise

        def look(name: str) -> Any:
            if name.startswith("__") and name != "__all__":  # tools that only look around, such as inspect
                raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
            load()
            return getattr(module, name)

        def names() -> list[str]:
            load()
            return dir(module)

        later: dict[str, Any] = {"__getattr__": look, "__dir__": names}
        vars(module).update(later)


@contextmanager
def without_collections() -> Iterator[None]:
    """Let the garbage collector rest, unless it does already."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
