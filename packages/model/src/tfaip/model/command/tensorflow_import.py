"""Importing TensorFlow without what it says to nobody in particular."""

from __future__ import annotations

import atexit
import gc
import logging
import os
import sys
import tempfile

__all__ = ["import_tensorflow"]

logger = logging.getLogger(__name__)


def import_tensorflow() -> None:
    """Import TensorFlow, which takes seconds, and keep what its libraries print meanwhile off the console.

    TensorFlow 2.21 prints a page about oneDNN and missing GPU drivers before it looks at TF_CPP_MIN_LOG_LEVEL
    (tensorflow/tensorflow#100442), straight to the file descriptor. It is shown if the import fails, or at the log
    level DEBUG.

    The process also ends sooner: not all that TensorFlow has made is searched for cycles before the prompt comes back.
    """
    atexit.register(gc.freeze)
    if "tensorflow" in sys.modules or logger.isEnabledFor(logging.DEBUG):
        return
    logger.info("Loading TensorFlow")
    sys.stderr.flush()
    console = os.dup(2)
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
