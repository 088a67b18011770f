"""Imports TensorFlow for a command."""

from __future__ import annotations

import atexit
import gc
import logging
import sys
from importlib.util import find_spec

from tfaip.model.runtime.backend import prefer_tensorflow
from tfaip.model.runtime.libraries import EXTRAS
from tfaip.model.runtime.quiet_import import import_quietly
from tfaip.params import MissingExtraError

__all__ = ["import_tensorflow"]

logger = logging.getLogger(__name__)


def import_tensorflow() -> None:
    """Import TensorFlow, which takes seconds, and keep its messages off the console.

    In an interactive session, TensorFlow logs where it writes each file of an export; only its warnings are shown then.

    The garbage collector never searches the libraries, nor what TensorFlow has made before the prompt comes back.

    Raises:
        MissingExtraError: TensorFlow isn't installed.
    """
    if "tensorflow" not in sys.modules:
        atexit.register(gc.freeze)
        prefer_tensorflow()
        import_quietly()
        if find_spec("tensorflow") is None:
            raise MissingExtraError("tensorflow", EXTRAS["tensorflow"])
        logger.info("Loading TensorFlow")
        import tensorflow  # noqa: F401, ICN001 - what is wanted is that it is loaded

        gc.freeze()  # the libraries stay to the end; no collection has to search them

    _log_warnings_only()


def _log_warnings_only() -> None:
    import tensorflow as tf

    # This level is TensorFlow's own choice, where Python runs interactively.
    if hasattr(sys, "ps1") and tf.get_logger().level == logging.INFO:
        tf.get_logger().setLevel(logging.WARNING)
