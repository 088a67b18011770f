"""Places of packages that this user has named on a command line: `tfaip/trusted.json` in the user's configuration."""

from __future__ import annotations

import errno
import json
import os
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from tfaip.params.commandline.declared.builtin import COMPLETION_VARIABLE
from tfaip.params.regular_files import open_regular
from tfaip.params.trust.current_folder import is_inside
from tfaip.params.trust.locating import Located, locate

__all__ = ["is_remembered", "name_place", "remember", "remember_package_of", "remembered_places", "trusted_file"]

_MAX_BYTES = 2**20
_named: set[str] = set()
_KEY = "places"
# Together a second; a write takes a millisecond.
_ATTEMPTS, _PAUSE = 200, 0.005


def trusted_file() -> Path:
    """The file that holds the places.

    Raises:
        OSError: The user has no configuration folder, in a container for instance.
    """
    import platformdirs

    try:
        path = platformdirs.user_config_path("tfaip", appauthor=False) / "trusted.json"
    except RuntimeError as error:  # there is neither HOME nor an entry of the user
        raise FileNotFoundError(errno.ENOENT, str(error)) from None
    if not path.is_absolute():  # older versions of platformdirs: it could be in any current folder
        raise FileNotFoundError(errno.ENOENT, "no configuration folder", str(path))
    return path


def name_place(place: str | os.PathLike[str]) -> None:
    """Let a file or folder that this user has named by its path count as remembered in this process."""
    _named.add(os.path.realpath(place))


def is_remembered(located: Located) -> bool:
    """Whether this user has named the module's package before, at the very place where it is now."""
    file = os.path.realpath(located.file)
    return any(is_inside(file, place) for place in remembered_places())


def remember(package: str, *, reading: Iterable[str | os.PathLike[str]] = ()) -> None:
    """Note that this user has named a package or module; commands do so, never a function that Python code calls.

    Nothing is noted under continuous integration (the variable `CI`), of modules in a folder that is read, and where
    the file can't be written.

    Args:
        package: Its name.
        reading: Folders that are read.
    """
    located = locate(package)
    if located is not None:
        _note(located.folders or [_folder_of(located)], reading)


def remember_package_of(module: str) -> None:
    """Note the top-level package of a module that this user has named, unless its place counts as installed."""
    located = locate(module)
    if located is not None and not located.is_installed:
        _note([located.place])


def _note(places: Iterable[str], reading: Iterable[str | os.PathLike[str]] = ()) -> None:
    # A line that is being completed is not one that was given.
    if os.environ.get("CI", "").lower() not in ("", "0", "false") or os.environ.get(COMPLETION_VARIABLE):
        return
    read = [os.path.realpath(folder) for folder in reading]
    named = map(os.path.realpath, places)
    wanted = {place for place in named if not any(is_inside(place, folder) for folder in read)}
    if wanted.issubset(_stored_places()):
        return
    try:
        folder = trusted_file().parent
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with _alone_in(folder):
            # A place that is gone may come back as somebody else's.
            _write([*filter(os.path.exists, _stored_places()), *wanted])
    except OSError:
        return  # it is a convenience: the word can be given each time


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Keep other commands from writing meanwhile, for a second at most; not where locks are unknown."""
    try:
        import fcntl
    except ImportError:
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(_ATTEMPTS):
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except OSError:
                time.sleep(_PAUSE)
        yield
    finally:
        os.close(descriptor)


def _folder_of(located: Located) -> str:
    """The folder of a package, the file of a module that is none."""
    folder, name = os.path.split(located.file)
    return folder if name.startswith("__init__.") else located.file


def remembered_places() -> list[str]:
    """The places that this user has named, in this process or before."""
    return [*_named, *_stored_places()]


def _stored_places() -> list[str]:
    """The places in the file; none where anybody else may have written it."""
    try:
        with open_regular(trusted_file()) as file:
            status = os.fstat(file.fileno())
            if hasattr(os, "getuid") and (status.st_uid != os.getuid() or status.st_mode & 0o022):
                return []
            data = json.loads(file.read(_MAX_BYTES))
    except (OSError, ValueError, RecursionError):
        return []
    places = data.get(_KEY) if isinstance(data, dict) else None
    return (
        [place for place in places if isinstance(place, str) and os.path.isabs(place)]
        if isinstance(places, list)
        else []
    )


def _write(places: list[str]) -> None:
    path = trusted_file()
    # Readable by the owner alone, as mkstemp makes files.
    import tempfile

    descriptor, beside = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
    try:
        with open(descriptor, "w", encoding="utf-8") as file:
            json.dump({_KEY: sorted(set(places))}, file, indent=2)
        Path(beside).replace(path)
    except BaseException:
        Path(beside).unlink(missing_ok=True)
        raise
