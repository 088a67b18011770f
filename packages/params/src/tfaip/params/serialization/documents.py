"""Params to text and files, and back."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Any, TypeVar

from tfaip.params.defining.generics import ClassOf
from tfaip.params.errors import ParamsError
from tfaip.params.serialization.checking import checked_text
from tfaip.params.serialization.formats import format_of, parse_text, read_file, write_file
from tfaip.params.serialization.plain import FORMAT_VERSION, read_plain
from tfaip.params.serialization.writing import to_dict
from tfaip.params.tree.merging import CLASS_KEY, VERSION_KEY
from tfaip.params.trust.trust import Trust

__all__ = ["from_json", "load", "save", "to_document", "to_json"]

T = TypeVar("T")


def to_document(params: Any) -> dict[str, Any]:
    """The plain data of a file: `to_dict` and the version of the format."""
    data = to_dict(params)
    if VERSION_KEY in data:
        raise ParamsError(f"{data[CLASS_KEY]}: a field can't be named {VERSION_KEY}, which files use themselves")
    return {CLASS_KEY: data.pop(CLASS_KEY), VERSION_KEY: FORMAT_VERSION, **data}


def to_json(params: Any) -> str:
    """Params as a JSON document.

    Raises:
        ParamsError: `params`, or something in it, is no params object.
        SaveError: `from_json` would refuse a value, or read another one.
    """
    return checked_text(to_document(params), {(): params}, "json")


def from_json(
    cls: ClassOf[T], text: str, *, trust: Iterable[str] | Trust = (), strict: bool = True, complete: bool = False
) -> T:
    """Params from a JSON document; arguments and errors as of `from_dict`."""
    return read_plain(cls, parse_text(text, "json"), "", trust=trust, strict=strict, complete=complete)


def save(params: Any, path: str | os.PathLike[str]) -> None:
    """Write params to a file, as JSON, YAML or TOML by its suffix; an existing file is replaced in one step.

    Raises:
        ParamsError: The file can't be written, or `params` is no params object.
        SaveError: `load` would refuse a value, or read another one; each with its path. Nothing is written.
    """
    path = Path(path)
    write_file(checked_text(to_document(params), {(): params}, format_of(path), str(path)), path)


def load(
    cls: ClassOf[T],
    path: str | os.PathLike[str],
    *,
    trust: Iterable[str] | Trust = (),
    strict: bool = True,
    complete: bool = False,
) -> T:
    """Params from a JSON, YAML or TOML file; the other arguments as of `from_dict`.

    Raises:
        LoadError: The file can't be read, or with all that is wrong in it, each with its path.
    """
    path = Path(path)
    return read_plain(cls, read_file(path), str(path), trust=trust, strict=strict, complete=complete)
