"""The plugin that TensorBoard loads of this package: it knows the folders of runs.

TensorBoard's projector takes every file `checkpoint` for one of TensorFlow's indices, and warns every few seconds where
that is the folder of a run's checkpoints.
"""

from __future__ import annotations

import logging
import re
from pathlib import Path
from typing import Any

from tensorboard.plugins.base_plugin import TBLoader

__all__ = ["RunFolders"]

_COMPLAINT = re.compile(r"(?:\w+: )?(?P<path>.+[\\/]checkpoint)(?:; Is a directory|: Checkpoint ignored)")


class RunFolders(TBLoader):
    """Keeps the console of TensorBoard free of warnings about folders of checkpoints; it adds no page."""

    def load(self, context: Any) -> None:
        """Filter the log of TensorFlow."""
        del context
        logging.getLogger("tensorflow").addFilter(is_no_folder_of_checkpoints)


def is_no_folder_of_checkpoints(record: logging.LogRecord) -> bool:
    """Whether a message is something else than the complaint that a folder of checkpoints is no index."""
    complaint = _COMPLAINT.fullmatch(record.getMessage())
    return complaint is None or not Path(complaint["path"]).is_dir()
