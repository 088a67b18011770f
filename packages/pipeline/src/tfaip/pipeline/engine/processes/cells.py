"""Definitions of a notebook's cells on their way to the workers: sent as they are, by cloudpickle.

A worker keeps them in its own `__main__`, so that samples and errors of their classes come back by name, and are those
of the notebook again.
"""

from __future__ import annotations

import io
import pickle
import sys
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from types import FunctionType, ModuleType
from typing import Any

from tfaip.params.registry import is_params_class, register, registration
from tfaip.params.trust.main_module import MAIN, is_defined_in_main, is_interactive
from tfaip.pipeline.loaded_later import loaded_later

__all__ = ["Definitions", "can_send_cells", "pickled_with_cells", "unsendable_global"]

SLOW_TO_LOAD = ("tensorflow", "keras")
"""A cell that imports these brings them into a worker only when code that runs there looks into them."""


@dataclass
class Definitions:
    """Classes and functions of cells that something picklable refers to.

    Attributes:
        by_name: The definitions that aren't within others, by their names.
        registered: How the params classes among them are registered.
    """

    by_name: dict[str, Any] = field(default_factory=dict)
    registered: list[tuple[Any, ...]] = field(default_factory=list)

    def add(self, thing: type | FunctionType) -> None:
        """Note a class or function; where two have one name, the one that `__main__` holds now counts."""
        if "." in thing.__qualname__:
            return
        if vars(sys.modules[MAIN]).get(thing.__qualname__) is thing:
            self.by_name[thing.__qualname__] = thing
        else:
            self.by_name.setdefault(thing.__qualname__, thing)
        if isinstance(thing, type) and is_params_class(thing):
            self.registered.append(registration(thing))


@cache
def has_cloudpickle() -> bool:
    """Whether cloudpickle is installed."""
    return find_spec("cloudpickle") is not None


def can_send_cells() -> bool:
    """Whether definitions of `__main__` are those of cells, and can be sent."""
    return is_interactive() and has_cloudpickle()


def pickled_with_cells(
    content: Any,
    buffer_callback: Callable[[pickle.PickleBuffer], Any] | None = None,
    found: Definitions | None = None,
) -> bytes:
    """The pickled object with all that it refers to in cells, noted in `found`; `pickle.loads` restores it."""
    found = Definitions() if found is None else found
    file = io.BytesIO()
    _pickler_class()(file, found, buffer_callback).dump(_WithDefinitions(content, found))
    return file.getvalue()


def unsendable_global(found: Definitions) -> str | None:
    """Each function with the global that can't be sent, in words; None where it is none of theirs."""
    for function in (each for thing in found.by_name.values() for each in _functions_of(thing)):
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            if is_defined_in_main(value):
                continue
            try:
                pickled_with_cells(value)
            except Exception as error:
                return f"{function.__qualname__} uses {name} ({type(error).__name__}: {error})"
    return None


def _functions_of(thing: Any) -> list[FunctionType]:
    values = (
        [getattr(value, "__func__", value) for value in vars(thing).values()] if isinstance(thing, type) else [thing]
    )
    return [value for value in values if isinstance(value, FunctionType) and is_defined_in_main(value)]


@dataclass
class _WithDefinitions:
    """Something picklable, and its definitions, which follow it: they are known once it has been pickled."""

    content: Any
    found: Definitions

    def __reduce__(self) -> tuple[Any, ...]:
        return _take_over, (self.content, self.found.by_name, self.found.registered)


def _take_over(content: Any, by_name: dict[str, Any], registered: list[tuple[Any, ...]]) -> Any:
    """In a worker: make the definitions known by their names."""
    vars(sys.modules[MAIN]).update(by_name)
    for each in registered:
        register(*each)
    return content


@cache
def _pickler_class() -> Any:
    import cloudpickle

    class Pickler(cloudpickle.Pickler):
        """Notes what is of `__main__`, and loads no slow module where it is restored."""

        def __init__(self, file: Any, found: Definitions, buffer_callback: Any) -> None:
            super().__init__(file, protocol=5, buffer_callback=buffer_callback)
            self._found = found

        def reducer_override(self, obj: Any) -> Any:
            """Called for everything but the simplest builtin types."""
            if isinstance(obj, ModuleType):
                is_slow = obj.__name__.partition(".")[0] in SLOW_TO_LOAD
                return (loaded_later, (obj.__name__,)) if is_slow else NotImplemented
            if isinstance(obj, type | FunctionType) and is_defined_in_main(obj):
                self._found.add(obj)
            reduced = super().reducer_override(obj)
            if isinstance(obj, FunctionType) and isinstance(reduced, tuple):
                # Nothing there asks for them, and they may name classes of TensorFlow.
                reduced[2][1]["__annotations__"] = {}
            return reduced

    return Pickler
