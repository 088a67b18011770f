"""Python processes that import the same modules from the same places as this one.

Internal API between the packages.
"""

from __future__ import annotations

import json
import os
import sys

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


def command_with_same_modules(statement: str) -> list[str]:
    """Return the command of a fresh interpreter that finds the same modules as this process, and runs a statement.

    The current folder counts no more there than here. Further arguments of the command are `sys.argv[1:]`.

    Args:
        statement: Such as `from package.module import main; main()`.
    """
    last = searched_last()
    # An empty entry of sys.path means the current folder.
    path = [entry or os.getcwd() for entry in sys.path]
    places = {"path": [entry for entry in path if entry not in last], "last": last, "preferred": preferred()}
    # Without -P, Python itself would import from the current folder before the first line of ours.
    flags = ["-P", *["-O"] * sys.flags.optimize, *["-B"] * sys.flags.dont_write_bytecode]
    return [sys.executable, *flags, "-c", _START + statement, json.dumps(places)]
