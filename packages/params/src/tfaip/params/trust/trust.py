"""`Trust`: which packages a file may make us import, by the caller's word or by the place where their modules are.

Internal API between the packages.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable
from typing import Self

from tfaip.params.errors import LoadError, Mistake
from tfaip.params.trust.current_folder import is_inside
from tfaip.params.trust.defining import require_definition
from tfaip.params.trust.entry_points import declares
from tfaip.params.trust.installed import is_installed_folder
from tfaip.params.trust.locating import Located, locate, locate_below, module_of
from tfaip.params.trust.main_module import MAIN, is_interactive, is_main, named_in_main
from tfaip.params.trust.remembered import is_remembered, remembered_places
from tfaip.params.trust.searched_last import search_last
from tfaip.params.values.problem import ValueProblem

__all__ = ["ALWAYS_TRUSTED", "Trust", "refuse_two_places", "trusted_packages_of", "words_of_trust"]

ALWAYS_TRUSTED = "tfaip"
# The folder of the namespace that this very module comes from.
_OWN_PORTION = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


class Trust:
    """The modules that a file may make us import.

    A module counts if the caller has named its package, or an installed distribution offers the class by an entry
    point. The package that `vouch` finds installed, or remembered as named before, counts at that place. Modules of
    `tfaip` count where they are installed. No module counts that is in a folder which is read. Definitions of
    `__main__` count where somebody types them, in a notebook for instance; not those of a script.

    Args:
        packages: Trusted by the caller: `"mylab"` or `"mylab.scenarios"`.
        reading: Folders that are read.
    """

    def __init__(self, packages: Iterable[str] = (), *, reading: Iterable[str | os.PathLike[str]] = ()) -> None:
        self.packages = tuple(dict.fromkeys(packages))
        folders = [os.path.abspath(folder) for folder in reading]
        self.reading = tuple(dict.fromkeys([*folders, *map(os.path.realpath, folders)]))
        self._vouched: tuple[str, ...] = ()

    @classmethod
    def of(cls, trust: Iterable[str] | Trust) -> Trust:
        """Packages that a caller names, as trust; trust as it is."""
        return trust if isinstance(trust, Trust) else cls(trust)

    def naming(self, packages: Iterable[str]) -> Self:
        """The same with further packages that the caller names."""
        more = type(self)((*self.packages, *packages), reading=self.reading)
        more._vouched = self._vouched
        return more

    def vouch(self, tag: str) -> None:
        """Let the place of a module that only a file names vouch for its package, unless the caller has named that.

        Nothing is imported, no parent packages either. The source must define a params or scenario class of that name.

        Raises:
            ValueProblem: The tag is malformed, its module isn't found, its place doesn't vouch for it, or it defines no
                such class.
        """
        module, _, qualname = tag.partition(":")
        if not all(part.isidentifier() for part in (*module.split("."), *qualname.split("."))):
            raise ValueProblem("expects module:Class")
        if is_main(module):
            self._check_main(tag)
            return
        located = locate(module) or self._locate_remembered(module)
        if located is not None:
            self._refuse_inside(module, located)
        refuse_two_places(module, located)
        elsewhere = self._where_else(module) if located is None else ()
        if _covers(self.packages, module):
            return
        if located is None or not located.has_source:
            is_absent = not elsewhere and locate(_top(module)) is None
            hints = _how_to_copy(module) if is_absent else elsewhere
            raise ValueProblem(f"no source of a module {module!r} on sys.path", hints)
        if not located.is_installed and not is_remembered(located):
            raise _only_here(located)
        require_definition(located, qualname)
        self._vouched = (*self._vouched, _top(module))

    def check(self, tag: str) -> None:
        """Refuse a tag whose module may not be imported; raises `ValueProblem`."""
        module = module_of(tag)
        if is_main(module):
            self._check_main(tag)
            return
        if module in sys.modules and self._mentions(module):
            return
        located = locate(module)
        if located is None and _covers(self.packages, module) and _top(module) != ALWAYS_TRUSTED:
            return  # its import says better why there is none
        if located is None and self._mentions(module):
            raise ValueProblem(f"{tag}: there is no module {module!r}")
        if located is not None:
            self._refuse_inside(module, located)
            if self._counts(module, located) or (located.is_installed and declares(tag)):
                return
        if located is not None and self._mentions(module):
            raise _only_here(located, f"{tag} ")
        known = ", ".join(dict.fromkeys((ALWAYS_TRUSTED, *self.packages, *self._vouched)))
        hint = f"trusted: {known}; {_words(module)}"
        raise ValueProblem(f"{tag} isn't trusted, so it isn't imported", (hint,))

    def _check_main(self, tag: str) -> None:
        """Refuse what a file says of `__main__`, unless somebody types its definitions here, or named it."""
        module, _, qualname = tag.partition(":")
        if is_interactive() or _covers(self.packages, module):
            return
        hints = ["move its classes to a module, and import them from there"]
        if named_in_main(qualname) is not None:
            hints.append(f"if you mean the {qualname} of this script: trust=[{MAIN!r}]")
        raise ValueProblem(f"{tag} was defined in a notebook or script, where no other process finds it", hints)

    def _mentions(self, module: str) -> bool:
        return _covers((ALWAYS_TRUSTED, *self.packages, *self._vouched), module)

    def _counts(self, module: str, located: Located) -> bool:
        if _top(module) == ALWAYS_TRUSTED:
            return located.is_installed or os.path.realpath(located.place) == os.path.realpath(_OWN_PORTION)
        if _covers(self.packages, module):
            return True
        return is_remembered(located) or (_covers(self._vouched, module) and located.is_installed)

    def _locate_remembered(self, module: str) -> Located | None:
        """Find a module in the only remembered folder that has it; that folder joins `sys.path` at its end.

        Of several, the one above a folder that is read is meant: runs are kept beside their scenario.
        """
        folders = _remembered_folders(module)
        above = [folder for folder in folders if any(is_inside(read, folder) for read in self.reading)]
        chosen = folders if len(folders) == 1 else above
        if len(chosen) != 1 or sys.flags.safe_path or sys.modules.get(_top(module)) is not None:
            return None
        search_last(chosen[0])
        return locate(module)

    def _where_else(self, module: str) -> tuple[str, ...]:
        """Tell of a module in several remembered places, in the current folder, or beside a folder that is read."""
        if len(folders := _remembered_folders(module)) > 1:
            return (f"you have named it in {', '.join(folders)}: start in the one that is meant",)
        for folder in dict.fromkeys([os.path.realpath(os.curdir), *map(os.path.dirname, self.reading)]):
            found = locate_below(folder, module)
            if found is not None and found.has_source:
                self._refuse_inside(module, found)
                is_file = found.place == found.file
                word = f"--trust {found.file}" if is_file else f"PYTHONPATH={folder} and --trust {_top(module)}"
                return (f"there is {found.file}; if you know where it is from: {word}",)
        return ()

    def _refuse_inside(self, module: str, located: Located) -> None:
        for place in (os.path.abspath(located.file), os.path.realpath(located.file)):
            if any(is_inside(place, folder) for folder in self.reading):
                raise ValueProblem(
                    f"{module} is in the folder that is read, which brings no code along: {located.file}",
                    ("if you know where it is from: keep its package in another folder",),
                )


def trusted_packages_of(*tags: str, reading: Iterable[str | os.PathLike[str]] = ()) -> frozenset[str]:
    """The top-level packages of tags (`module:Class`) that only a file names, for `trust=` of the functions that read.

    Each module is located on `sys.path` without importing anything, its parent packages neither. It must be installed
    (also by `PYTHONPATH` or an editable installation), or at a place that this user has named on a command line before.
    Its source must define a class of that name which is decorated with `@params`, or derives from a class named as
    params and scenarios are.

    Args:
        tags: The tags.
        reading: Folders that are read; no module in them counts.

    Raises:
        LoadError: A tag is malformed, its module isn't found, its place doesn't count, or it defines no such class.
    """
    trust = Trust(reading=reading)
    for tag in tags:
        try:
            trust.vouch(tag)
        except ValueProblem as problem:
            raise LoadError([Mistake(tag, problem.problem, problem.hints)]) from None
    return frozenset(_top(module_of(tag)) for tag in tags)


def refuse_two_places(module: str, located: Located | None, *, by_path: bool = False) -> None:
    """Refuse a module that is in the current folder and would be imported from elsewhere.

    Args:
        module: Its name.
        located: Where it would be imported from; `None` where it can't be.
        by_path: Whether the user can name it by its path instead.

    Raises:
        ValueProblem: With both places.
    """
    current = os.path.realpath(os.curdir)
    here = locate_below(current, module)
    # A folder without __init__ is no module yet: the clone of an installed package has its name too.
    if (
        here is None
        or not here.has_source
        or module in sys.modules
        or (located is not None and here.is_same_file(located))
    ):
        return
    other = located or locate(_top(module))
    if other is None or is_installed_folder(current):
        return
    path = os.path.join(os.curdir, os.path.relpath(here.file, current))
    hints = (f"PYTHONPATH={current} puts the modules here first",)
    if by_path:
        hints = (f"{path} names the one here; {hints[0]}",)
    raise ValueProblem(f"{module} is in two places: installed in {other.file}, here in {here.file}", hints)


def _remembered_folders(module: str) -> list[str]:
    """The folders of remembered places that have a module."""
    names, path = (_top(module), f"{_top(module)}.py"), os.sep + os.path.join(*module.split(".")) + ".py"
    places = remembered_places()
    folders = {os.path.dirname(place) for place in places if os.path.basename(place) in names}
    folders |= {place.removesuffix(path) for place in places if place.endswith(path)}
    return [folder for folder in sorted(folders) if locate_below(folder, module)]


def words_of_trust(module: str) -> list[str]:
    """The words that a command needs to import a module which a file names: `--trust PACKAGE`, or none.

    A module in the current folder is found also where that isn't searched here: the command will search it.
    """
    if _top(module) == ALWAYS_TRUSTED or is_main(module):
        return []
    located = locate(module) or locate_below(os.path.realpath(os.curdir), module)
    if located is None or located.is_installed or is_remembered(located):
        return []
    return ["--trust", _top(module)]


def _only_here(located: Located, tag: str = "") -> ValueProblem:
    is_current = os.path.realpath(os.path.dirname(located.place)) == os.path.realpath(os.curdir)
    where = "only in the current folder" if is_current else "where nothing is installed"
    return ValueProblem(
        f"{tag}isn't trusted, so it isn't imported: {located.module} is found {where}, {located.file}",
        (_words(located.module),),
    )


def _words(module: str) -> str:
    top = _top(module)
    return f"if you know where it is from: --trust {top}, in Python trust=[{top!r}]"


def _how_to_copy(module: str) -> tuple[str]:
    """The remedy for a file of another machine: the module of its classes, or their package."""
    top, file = _top(module), f"{module}.py"
    needed, path = (f"the folder {top}", top) if "." in module else (f"{file} (or the folder {top})", file)
    return (f"copy {needed} to this machine, and name the copy: --trust PATH/{path}",)


def _covers(packages: Iterable[str], module: str) -> bool:
    return any(f"{module}.".startswith(f"{package}.") for package in packages)


def _top(module: str) -> str:
    return module.partition(".")[0]
