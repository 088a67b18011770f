"""Imports TensorFlow, and keeps its messages off the console."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import tempfile

from tfaip.model.runtime.backend import prefer_tensorflow

__all__ = ["import_tensorflow"]

logger = logging.getLogger(__name__)


def import_tensorflow() -> None:
    """Import TensorFlow, which takes seconds, and keep what its libraries print meanwhile off the console.

    TensorFlow 2.21 prints a page about oneDNN and missing GPU drivers before it looks at TF_CPP_MIN_LOG_LEVEL
    (tensorflow/tensorflow#100442), straight to the file descriptor. It is shown if the import fails, or at the log
    level DEBUG.

    In an interactive session, TensorFlow logs where it writes each file of an export; only its warnings are shown then.

    The process also ends sooner: not all that TensorFlow has made is searched for cycles before the prompt comes back.
    """
    if "tensorflow" in sys.modules:
        _log_warnings_only()
        return
    atexit.register(gc.freeze)
    prefer_tensorflow()
    if logger.isEnabledFor(logging.DEBUG):
        return
    logger.info("Loading TensorFlow")
    sys.stderr.flush()
    try:
        console = os.dup(2)
    except OSError:  # a process without a console
        import tensorflow  # noqa: ICN001 - what is wanted is that it is loaded

        _log_warnings_only()
        return
    with tempfile.TemporaryFile() as printed:
        os.dup2(printed.fileno(), 2)
        try:
            import tensorflow  # noqa: F401, ICN001 - what is wanted is that it is loaded
        except BaseException:
            printed.seek(0)
            os.write(console, printed.read())
            raise
        finally:
            os.dup2(console, 2)
            os.close(console)
    _log_warnings_only()


def _log_warnings_only() -> None:
    import tensorflow as tf

    # This level is TensorFlow's own choice, where Python runs interactively.
    if hasattr(sys, "ps1") and tf.get_logger().level == logging.INFO:
        tf.get_logger().setLevel(logging.WARNING)
