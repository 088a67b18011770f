"""The current folder as a place of modules: behind everything that is installed, or not at all.

Nothing may be imported here that Python has not imported before: it could come from the current folder.
"""

import os
import sys
from collections.abc import Iterable

from tfaip.params.trust.searched_last import search_last

__all__ = ["is_inside", "leave_start_of_path", "python_path", "search_current_folder"]


def search_current_folder(reading: Iterable[str | os.PathLike[str]] = (), *, move: bool = False) -> None:
    """Let modules be imported from the current folder, behind all others.

    It stays out under `PYTHONSAFEPATH` or `-P`, and where it lies in a folder that is read. Where `PYTHONPATH` or a
    `.pth` file names it, it stays where they put it.

    Args:
        reading: Folders that are read; none of them becomes a module that way either.
        move: Whether an entry that stands further ahead moves too. Commands do so. In somebody's program the order is
            that of the program.
    """
    try:
        current = os.path.realpath(os.getcwd())
    except FileNotFoundError:
        return
    from tfaip.params.trust.installed import is_installed_folder

    read = [os.path.realpath(folder) for folder in reading]
    installed = is_installed_folder(current)
    entries = [entry for entry in sys.path if os.path.realpath(entry) == current]
    if move:
        sys.path[:] = [entry for entry in sys.path if entry not in entries or (installed and entry)]
    elif entries:
        return
    if installed or sys.flags.safe_path or any(is_inside(current, folder) for folder in read):
        return
    _append(current, {os.path.basename(folder) for folder in read if os.path.dirname(folder) == current})


def leave_start_of_path() -> None:
    """Put the current folder last where `python -m tfaip...` has put it first."""
    words, count = sys.orig_argv, len(sys.argv)
    if sys.flags.safe_path or len(words) <= count:
        return
    module = words[-count]
    runs_module = module.startswith("tfaip.") and words[-count - 1].startswith("-") and words[-count - 1].endswith("m")
    joined = module.startswith("-") and "mtfaip." in module
    if (runs_module or joined) and sys.path and os.path.realpath(sys.path[0]) == os.path.realpath(os.getcwd()):
        current = sys.path.pop(0)
        _append(current)


def python_path() -> str:
    """The variable `PYTHONPATH` of a process that must find the same modules, at the same places, and trust them."""
    return os.pathsep.join(entry or os.getcwd() for entry in sys.path)


def is_inside(path: str, folder: str) -> bool:
    """Whether a path is a folder or lies below it; both absolute."""
    return path == folder or path.startswith(os.path.join(folder, ""))


def _append(current: str, read: Iterable[str] = ()) -> None:
    """Search the current folder last, without what libraries may look for that they can do without.

    That are folders in it that are read, and modules that the standard library has on other systems only.
    """
    try:
        modules = {name.partition(".")[0] for name in os.listdir(current)}
    except OSError:
        return
    search_last(current, [name for name in (modules & sys.stdlib_module_names).union(read) if name.isidentifier()])
