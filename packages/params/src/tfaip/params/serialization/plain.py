"""`from_dict`: params from plain data, each object of the class that its tag names."""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Iterable
from typing import Any, TypeVar

from tfaip.params.defining.generics import ClassOf
from tfaip.params.defining.post_init import PostInitError, run_post_init
from tfaip.params.errors import LoadError, Mistake, ParamsError, ParamsWarning
from tfaip.params.serialization.formats import mistakes_of
from tfaip.params.shown_text import clean_text
from tfaip.params.tree.building import build
from tfaip.params.tree.merging import CLASS_KEY, VERSION_KEY, Merger
from tfaip.params.tree.nodes import UNSET, Origin, ParamsNode, spell_path
from tfaip.params.tree.seeding import node_of_class
from tfaip.params.trust.tagged_import import TrustedImport
from tfaip.params.trust.trust import Trust
from tfaip.params.values.annotations import kind_of
from tfaip.params.values.problem import Problems
from tfaip.params.values.structures import ParamsType

__all__ = ["FORMAT_VERSION", "check_version", "from_dict", "read_plain"]

T = TypeVar("T")

FORMAT_VERSION = 1
"""Raised whenever a file that is written could not be read by the versions before."""


def from_dict(
    cls: ClassOf[T], data: Any, *, trust: Iterable[str] | Trust = (), strict: bool = True, complete: bool = False
) -> T:
    """Params from plain data, of the class that its tag names, which must be `cls` or derive from it.

    Args:
        cls: The expected class; it may be abstract if the data names another.
        data: The result of `to_dict`, or a part of it: missing fields take their defaults.
        trust: Packages from which classes may be imported that only the data names, or more of it as `Trust`.
            `tfaip`, the package of `cls` and whatever has been imported already are trusted anyway.
        strict: Whether unknown (and missing) keys are errors; otherwise they are warnings.
        complete: Whether missing keys are reported.

    Raises:
        LoadError: With all that is wrong, each with its path, as `$.optimizer.lr`.
    """
    return read_plain(cls, data, "", trust=trust, strict=strict, complete=complete)


def read_plain(
    cls: ClassOf[T], data: Any, source: str, *, trust: Iterable[str] | Trust, strict: bool, complete: bool
) -> T:
    """As `from_dict`, with the name of the file that holds the data for messages."""
    try:
        return _read(cls, data, source, trust, strict, complete)
    except RecursionError:
        raise LoadError([Mistake(source or "$", "nested too deeply")]) from None


def _read(cls: Any, data: Any, source: str, trust: Iterable[str] | Trust, strict: bool, complete: bool) -> Any:
    kind = kind_of(cls)
    if not isinstance(kind, ParamsType):
        raise ParamsError(f"expects a params class, got {cls!r}")
    check_version(data, source)
    own = [base.__module__.partition(".")[0] for base in kind.bases]
    merger = Merger(TrustedImport(Trust.of(trust).naming(own)), strict=strict, report_missing=complete)
    node = ParamsNode(None, kind, UNSET, Origin.DEFAULT)
    if not inspect.isabstract(kind.bases[0]) and not (isinstance(data, dict) and CLASS_KEY in data):
        node = node_of_class(None, kind, kind.annotations[0], Origin.DEFAULT)
    merger.merge(node, data, ())
    problems: Problems = list(merger.problems)
    for path, problem in merger.tolerated:
        mistake = Mistake(spell_path(path, source), problem.problem, problem.hints)
        warnings.warn(clean_text(mistake), ParamsWarning, 5)
    value = UNSET
    if not problems:
        value = build(node, problems, check_required=False)
    if problems:
        raise LoadError(mistakes_of(problems, source))
    try:
        run_post_init(value)
    except PostInitError as error:
        raise LoadError([Mistake(spell_path((), source), str(error))]) from None
    return value


def check_version(data: Any, source: str) -> None:
    """Raise `LoadError` where data is of a newer format than this one."""
    version = data.get(VERSION_KEY, FORMAT_VERSION) if isinstance(data, dict) else FORMAT_VERSION
    if type(version) is not int or version < 1:
        raise LoadError([Mistake(spell_path((VERSION_KEY,), source), f"expects a whole number > 0, got {version!r}")])
    if version > FORMAT_VERSION:
        problem = f"the file is of format {version}, this version reads up to {FORMAT_VERSION}"
        raise LoadError([Mistake(spell_path((VERSION_KEY,), source), problem, ("install a newer tfaip-params",))])
