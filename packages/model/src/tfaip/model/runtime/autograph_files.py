"""Files that TensorFlow's autograph leaves in the temporary folder."""

from __future__ import annotations

import sys
from contextlib import suppress
from pathlib import Path

__all__ = ["remove_autograph_files"]

# Names that autograph's loader gives its modules.
_PREFIX = "__autograph_generated_file"


def remove_autograph_files() -> None:
    """Remove the sources that autograph has written for this process, and Python's compiled files of them.

    They are modules by then, which nobody reads again; a process that is killed would leave them for ever.
    """
    for name, module in list(sys.modules.items()):
        if name.startswith(_PREFIX):
            for file in (getattr(module, "__file__", None), getattr(module, "__cached__", None)):
                if file:
                    with suppress(OSError):
                        Path(file).unlink()
