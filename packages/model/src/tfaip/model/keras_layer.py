"""The Keras base of layers, which joins a class when Keras is loaded.

A class statement needs its bases at once, so that a module with a graph would load TensorFlow. The class that you write
has no base of Keras. Its first object makes a subclass of the same name, which derives from Keras' layer too.

Two other forms were left out. Classes named by text (`module:Class`) change when they move. A second `GraphBase`, for
modules that load Keras early, would not know the objects of the first one.
"""

from __future__ import annotations

import sys
from typing import Any
from weakref import WeakSet

from tfaip.model.runtime.libraries import keras
from tfaip.model.runtime.quiet_import import call_when_loaded

__all__ = ["keras_layer", "register_layer"]

_JOINED = "__keras_layer__"

# Classes that Keras does not know yet.
_waiting: WeakSet[type[Any]] = WeakSet()


def keras_layer(cls: type[Any]) -> type[Any]:
    """Return the class with Keras' layer among its bases: itself, or a subclass of the same name."""
    if issubclass(cls, keras.layers.Layer):
        return cls
    if _JOINED not in vars(cls):
        namespace = {
            "__module__": cls.__module__,
            "__qualname__": cls.__qualname__,
            "__doc__": cls.__doc__,
            _JOINED: None,
        }
        joined = type(cls.__name__, (cls, keras.layers.Layer), namespace)
        setattr(cls, _JOINED, joined)
    made: type[Any] = vars(cls)[_JOINED]
    return made


def register_layer(cls: type[Any]) -> None:
    """Let Keras' serialization know a new class by its module and name: at once, or when Keras is loaded."""
    if _JOINED in vars(cls):  # it is a subclass that `keras_layer` makes
        return
    if sys.modules.get("keras") is not None:
        _register(cls)
        return
    if not _waiting:
        call_when_loaded("keras", _register_waiting)
    _waiting.add(cls)


def _register_waiting() -> None:
    for cls in list(_waiting):
        _register(cls)
    _waiting.clear()


def _register(cls: type[Any]) -> None:
    keras.saving.register_keras_serializable(cls.__module__, cls.__qualname__)(keras_layer(cls))
