"""Keras and TensorFlow, loaded when something is looked up in them.

A module with parameters and models says `from tfaip.model import keras` at its top, and its help answers at once.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from tfaip.pipeline.loaded_later import loaded_later

EXTRAS = dict.fromkeys(("h5py", "keras", "tensorflow"), "tfaip-model[tf]")
"""Extra of this package that installs a library, by the name of the library."""

if TYPE_CHECKING:
    import keras
    import tensorflow as tf
else:
    keras = loaded_later("keras", extra=EXTRAS["keras"])
    tf = loaded_later("tensorflow", extra=EXTRAS["tensorflow"])

__all__ = ["EXTRAS", "keras", "tf"]
