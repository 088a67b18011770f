"""The formats of files, by their suffix.

Internal API between the packages.
"""

from __future__ import annotations

import errno
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from tfaip.params.errors import LoadError, Mistake, ParamsError
from tfaip.params.regular_files import open_regular_anew, read_regular
from tfaip.params.serialization.limits import MAX_BYTES, LimitProblem, check_limits
from tfaip.params.values.problem import DocumentProblem, ValueProblem, spell_path
from tfaip.params.values.problem import Path as NodePath

__all__ = ["MAX_BYTES", "dump_text", "format_of", "mistakes_of", "names_file", "parse_text", "read_file", "write_file"]

_MANY = 20
"""Problems that are listed where a file has more than twice as many: a wrong file would have thousands."""

_FORMATS = {".json": "json", ".yaml": "yaml", ".yml": "yaml", ".toml": "toml"}


def format_of(path: Path) -> str:
    """`json`, `yaml` or `toml`, by the suffix of a path.

    Raises:
        LoadError: It has another suffix.
    """
    try:
        return _FORMATS[path.suffix.lower()]
    except KeyError:
        allowed = ", ".join(_FORMATS)
        raise LoadError([Mistake(str(path), f"expects a file that ends with {allowed}, got {path.suffix!r}")]) from None


def names_file(word: str) -> bool:
    """Whether a word of the command line is the name of a config file, by its suffix."""
    return Path(word).suffix.lower() in _FORMATS


def parse_text(text: str, format: str, source: str = "") -> Any:  # noqa: A002 - what else
    """The plain data of a document.

    Raises:
        LoadError: The document is too large, nested too deeply, or malformed, or a key stands twice in it.
    """
    text = text.removeprefix("\ufeff")  # some editors begin files with a byte order mark
    if len(text) > MAX_BYTES:
        raise LoadError([_too_large(source)])
    try:
        data = _parsed(text, format)
        check_limits(data)
        return data
    except RecursionError:
        raise LoadError([Mistake(source, "is nested too deeply")]) from None
    except LimitProblem as error:
        raise LoadError([Mistake(source, str(error))]) from None
    except DocumentProblem as error:
        raise LoadError(mistakes_of(error.problems, source)) from None
    except ValueError as error:
        raise LoadError([Mistake(source, f"is no valid {format.upper()}: {error}")]) from None


def mistakes_of(problems: Sequence[tuple[NodePath, ValueProblem]], source: str) -> list[Mistake]:
    """The mistakes of a file, with their places; of many the first ones, and how many more there are."""
    listed = problems if len(problems) <= 2 * _MANY else problems[:_MANY]
    found = [Mistake(spell_path(path, source), p.problem, p.hints) for path, p in listed]
    if more := len(problems) - len(found):
        found.append(Mistake(source, f"{more:,} more mistakes"))
    return found


def _too_large(source: str) -> Mistake:
    return Mistake(source, f"is larger than {MAX_BYTES >> 20} MiB, that can't be params")


def _parsed(text: str, format: str) -> Any:  # noqa: A002 - what else
    if format == "json":
        from tfaip.params.serialization.json import load_json

        return load_json(text)
    if format == "yaml":
        from tfaip.params.serialization.yaml import load_yaml

        return load_yaml(text)
    from tfaip.params.serialization.toml import load_toml

    return load_toml(text)


def dump_text(data: Any, format: str) -> str:  # noqa: A002 - what else
    """A document that `parse_text` reads as this data."""
    if format == "json":
        from tfaip.params.serialization.json import dump_json

        return dump_json(data) + "\n"
    if format == "yaml":
        from tfaip.params.serialization.yaml import dump_yaml

        return dump_yaml(data)
    from tfaip.params.serialization.toml import dump_toml

    return dump_toml(data)


def read_file(path: Path) -> Any:
    """The plain data of a file, its format told by the suffix.

    Raises:
        LoadError: The file can't be read or is malformed.
    """
    name = format_of(path)
    try:
        # Some editors begin files with a byte order mark.
        text = read_regular(path, MAX_BYTES).decode("utf-8")
    except OSError as error:
        if error.errno == errno.EFBIG:
            raise LoadError([_too_large(str(path))]) from None
        raise LoadError([Mistake(str(path), f"can't be read: {error.strerror or error}")]) from None
    except UnicodeDecodeError as error:
        raise LoadError([Mistake(str(path), f"is no UTF-8 text: {error.reason} at byte {error.start}")]) from None
    return parse_text(text, name, str(path))


def write_file(text: str, path: Path) -> None:
    """Write a document to a file, beside it first: a crash leaves the old file or the new one, never half of one.

    Raises:
        ParamsError: The file can't be written.
    """
    beside = path.with_name(f".{path.name}.part")
    try:
        with open_regular_anew(beside) as file:
            file.write(text.encode())
        beside.replace(path)
    except OSError as error:
        raise ParamsError(f"{path}: can't be written: {error.strerror or error}") from None
