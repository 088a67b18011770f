"""Settings of TensorFlow and Keras: backend, kernels, logging, whole errors, names of layers and variables."""

from __future__ import annotations

import logging
import os
import sys
from collections import Counter, defaultdict
from collections.abc import Callable, Generator, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

__all__ = [
    "layers_numbered_from_one",
    "onednn_choice",
    "prefer_onednn",
    "prefer_tensorflow",
    "require_own_paths",
    "require_tensorflow",
    "root_logger_filtered",
    "root_logger_unchanged",
    "whole_keras_errors",
]

ONEDNN_VARIABLE = "TF_ENABLE_ONEDNN_OPTS"
LAYER_NUMBERS = "object_name_uids"


def prefer_tensorflow() -> None:
    """Choose the TensorFlow backend, and a quiet TensorFlow, unless the user has chosen; for before Keras is loaded."""
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    # TensorFlow's C++ logs missing GPUs and the like as errors; a real failure comes as a Python exception.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")


def require_tensorflow() -> None:
    """Refuse to go on with another Keras backend.

    Raises:
        RuntimeError: Keras was loaded with another backend.
    """
    import keras

    backend = keras.backend.backend()
    if backend != "tensorflow":
        raise RuntimeError(
            f"tfaip needs Keras' tensorflow backend, got {backend!r}: "
            "set KERAS_BACKEND=tensorflow, or change `backend` in ~/.keras/keras.json"
        )


def prefer_onednn() -> None:
    """Let TensorFlow use oneDNN, unless the user has chosen; of no effect once TensorFlow is loaded.

    TensorFlow does so by itself where the processor has instructions for neural networks (AVX-512 VNNI and later). On
    other CPUs the kernels of oneDNN are faster, too: a step of a small convolutional network takes 0.6 of the time.
    """
    if "tensorflow" not in sys.modules:
        os.environ.setdefault(ONEDNN_VARIABLE, "1")


def onednn_choice() -> str:
    """Return "on" or "off" as chosen, "automatic" where it is left to TensorFlow."""
    chosen = os.environ.get(ONEDNN_VARIABLE, "").lower()
    return {"1": "on", "true": "on", "0": "off", "false": "off"}.get(chosen, "automatic")


@contextmanager
def root_logger_filtered(is_shown: Callable[[logging.LogRecord], bool]) -> Iterator[None]:
    """Show only some of the messages that libraries log by the root logger itself."""
    root = logging.getLogger()
    root.addFilter(is_shown)
    try:
        yield
    finally:
        root.removeFilter(is_shown)


@contextmanager
def root_logger_unchanged() -> Iterator[None]:
    """Take handlers off the root logger that are added within the context.

    absl, through which TensorFlow logs, adds one where there is none. The process would look as if its script had set
    up logging, and all messages of tfaip would be shown by this handler.
    """
    root = logging.getLogger()
    former = list(root.handlers)
    try:
        yield
    finally:
        for handler in [handler for handler in root.handlers if handler not in former]:
            root.removeHandler(handler)


@contextmanager
def whole_keras_errors() -> Iterator[None]:
    """Let errors within layers come as they are; Keras hides frames, and wraps the text in the arguments of the call.

    Where Keras is not loaded yet, nothing is changed.
    """
    if "keras" not in sys.modules:
        yield
        return
    import keras

    if not keras.config.is_traceback_filtering_enabled():
        yield
        return
    keras.config.disable_traceback_filtering()
    try:
        yield
    finally:
        keras.config.enable_traceback_filtering()


@contextmanager
def layers_numbered_from_one() -> Generator[None]:
    """Name unnamed layers `dense`, `dense_1`, ... as if no other layer had been made in this process.

    Weights are stored by names. Keras counts through the whole process, so that the second graph of a notebook would
    have other names than the first one, and could not take its weights. Keras has no public way to begin anew without
    forgetting everything else, too.
    """
    from keras.src.backend.common import global_state

    outside = global_state.get_global_attribute(LAYER_NUMBERS)
    global_state.set_global_attribute(LAYER_NUMBERS, defaultdict(int))
    try:
        yield
    finally:
        global_state.set_global_attribute(LAYER_NUMBERS, defaultdict(int) if outside is None else outside)


def require_own_paths(variables: Sequence[Any]) -> None:
    """Refuse variables that can't be told apart by their paths.

    Raises:
        ValueError: Two variables have one path.
    """
    twice = [name for name, count in Counter(v.path for v in variables).items() if count > 1]
    if twice:
        raise ValueError(
            f"each variable must have a path of its own, but these are shared: {', '.join(twice)}; "
            "give the layers names that differ"
        )
