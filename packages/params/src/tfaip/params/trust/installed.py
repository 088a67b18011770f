"""Where installed modules are: the interpreter's own folders, those of `PYTHONPATH` and `.pth` files, editable ones.

Internal API between the packages.
"""

from __future__ import annotations

import functools
import os
import site
import sys
from collections.abc import Iterator

__all__ = ["installed_entries", "installed_version", "is_distributed", "is_editable", "is_installed_folder"]

_NAMES_OF_SITES = ("site-packages", "dist-packages")
_MAX_BYTES = 2**20
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def is_installed_folder(folder: str) -> bool:
    """Whether the modules in a folder count as installed.

    These are the folders of the standard library and of installed packages, those of `PYTHONPATH`, and those that a
    `.pth` file adds. An empty entry of `PYTHONPATH`, the current folder by accident, doesn't count.
    """
    wanted = os.path.realpath(folder)
    return any(os.path.realpath(known) == wanted for known in _installed_folders())


def installed_entries() -> tuple[str, ...]:
    """The entries of `sys.path` that are folders of installed modules."""
    return _installed_among(tuple(sys.path), os.path.realpath(os.curdir))


@functools.lru_cache(maxsize=8)
def _installed_among(path: tuple[str, ...], current: str) -> tuple[str, ...]:
    known = {os.path.realpath(folder) for folder in _installed_folders()}
    return tuple(entry for entry in dict.fromkeys(path) if os.path.realpath(entry) in known and os.path.isdir(entry))


def _installed_folders() -> Iterator[str]:
    yield os.path.dirname(os.__file__)
    if not sys.flags.ignore_environment:
        yield from filter(None, os.environ.get("PYTHONPATH", "").split(os.pathsep))
    for folder in _site_folders():
        yield folder
        yield from _folders_of_pth_files(folder)


def _site_folders() -> list[str]:
    if sys.flags.no_site:
        return []
    folders = [*site.getsitepackages(), *([site.getusersitepackages()] if site.ENABLE_USER_SITE else [])]
    # Tools that lay one environment over another add its folder by a line of code.
    current = os.path.realpath(os.curdir)
    folders += [
        entry for entry in sys.path if os.path.basename(entry) in _NAMES_OF_SITES and os.path.realpath(entry) != current
    ]
    return list(dict.fromkeys(folders))


def _folders_of_pth_files(folder: str) -> Iterator[str]:
    try:
        names = sorted(name for name in os.listdir(folder) if name.endswith(".pth") and not name.startswith("."))
    except OSError:
        return
    for name in names:
        try:
            with open(os.path.join(folder, name), "rb") as file:
                lines = file.read(_MAX_BYTES).removeprefix(_BYTE_ORDER_MARK).decode().splitlines()
        except (OSError, ValueError):
            continue
        for line in lines:
            if line.strip() and not line.startswith(("#", "import ", "import\t")):
                yield os.path.join(folder, line.strip())


def is_editable(module: str, file: str) -> bool:
    """Whether an editable installation says that a module, or a package that it is in, is at the place of the file.

    Its finder is a module among the installed ones, called `__editable___mylab_1_0_finder` or the like.
    """
    parts = module.split(".")
    for finder in sys.meta_path:
        source = getattr(sys.modules.get(_module_of(finder)), "__file__", None) or ""
        if "editable" not in os.path.basename(source) or not is_installed_folder(os.path.dirname(source)):
            continue
        for count in range(1, len(parts) + 1):
            spec = getattr(finder, "find_spec", lambda *_: None)(".".join(parts[:count]), None)
            for place in [*(spec.submodule_search_locations or ()), spec.origin] if spec is not None else ():
                real = os.path.realpath(place or "")
                if place and (file == real or file.startswith(os.path.join(real, ""))):
                    return True
    return False


def _module_of(finder: object) -> str:
    return (finder if isinstance(finder, type) else type(finder)).__module__


def installed_version(distribution: str) -> str:
    """Return the version of an installed distribution.

    Raises:
        importlib.metadata.PackageNotFoundError: It isn't installed.
    """
    prefix, suffix = f"{distribution.replace('-', '_')}-", ".dist-info"
    # The name of the folder tells it, and importlib.metadata takes 20 ms to import.
    for entry in installed_entries():
        for name in os.listdir(entry):
            if name.startswith(prefix) and name.endswith(suffix):
                return name.removeprefix(prefix).removesuffix(suffix)
    from importlib.metadata import version

    return version(distribution)


def is_distributed(file: str, entry: str) -> bool:
    """Whether a distribution whose metadata is in an entry of `sys.path` lists a file."""
    from importlib.metadata import distributions

    for distribution in distributions(path=[entry]):
        for listed in distribution.files or ():
            if os.path.realpath(str(distribution.locate_file(listed))) == file:
                return True
    return False
