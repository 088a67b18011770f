"""Python processes that import the same modules from the same places as this one, with the same options of Python.

Internal API between the packages.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import suppress

from tfaip.params.trust.preferred import preferred
from tfaip.params.trust.searched_last import searched_last

__all__ = ["command_with_same_modules"]

# The path first, then the folders behind it, then what a person named by a path; the user's __main__ is not imported.
_START = (
    "import json, sys; places = json.loads(sys.argv.pop(1)); sys.path[:] = places['path']; "
    "from tfaip.params.trust.searched_last import search_last; "
    "[search_last(*entry) for entry in places['last'].items()]; "
    "from tfaip.params.trust.preferred import prefer; prefer(places['preferred']); "
)

_PRINTING = ("importtime", "showrefcount")
"""Options `-X` that make a process print. A reader of its output does not expect this."""


def command_with_same_modules(statement: str) -> list[str]:
    """Return the command of a fresh interpreter that finds the same modules as this process, and runs a statement.

    The current folder counts no more there than here. Further arguments of the command are `sys.argv[1:]`.

    Args:
        statement: Such as `from package.module import main; main()`.
    """
    last = searched_last()
    path = [entry or here for entry in sys.path if entry or (here := _current_folder())]
    places = {"path": [entry for entry in path if entry not in last], "last": last, "preferred": preferred()}
    return [sys.executable, *_options(), "-c", _START + statement, json.dumps(places)]


def _current_folder() -> str:
    """The folder that an empty entry of sys.path stands for; empty if it was removed, where Python finds nothing."""
    with suppress(FileNotFoundError):
        return os.getcwd()
    return ""


def _options() -> Iterator[str]:
    """The options of Python with which this process was started."""
    flags = sys.flags
    # Without -P, Python itself would import from the current folder before the first line of ours.
    yield "-P"
    yield from ["-O"] * flags.optimize + ["-B"] * flags.dont_write_bytecode + ["-b"] * flags.bytes_warning
    if flags.ignore_environment:
        yield "-E"
    if flags.no_user_site:
        yield "-s"
    for name, value in sys._xoptions.items():
        if name not in _PRINTING:
            yield f"-X{name}" if value is True else f"-X{name}={value}"
    for option in sys.warnoptions:
        yield f"-W{option}"
