"""`RecordFiles`: files of records on a local disk, or behind a URL that fsspec knows."""

from __future__ import annotations

import gzip
import io
import json
import os
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, BinaryIO

from tfaip.pipeline.errors import DataError, DefinitionError
from tfaip.pipeline.text_files import expand_globs

__all__ = ["RecordFiles", "is_url"]

_BUFFER = 1 << 20
_MOST_FILES = 1_000_000
_GZIP = b"\x1f\x8b"
_RANGE = re.compile(r"^(\d+)\.\.(\d+)$")


def is_url(path: str) -> bool:
    """Whether fsspec opens the path."""
    return "://" in path or "::" in path


class RecordFiles:
    """Lists and opens files.

    Args:
        options: Options of fsspec as `NAME=VALUE`; a value that is JSON is read as such.

    Raises:
        DefinitionError: An option has no name.
    """

    def __init__(self, options: Sequence[str] = ()) -> None:
        self._options: dict[str, Any] = {}
        for option in options:
            name, sign, text = option.partition("=")
            if not (name and sign):
                raise DefinitionError(f"storage_options must be NAME=VALUE, got {option!r}")
            try:
                self._options[name] = json.loads(text)
            except ValueError:
                self._options[name] = text
        self._systems: dict[str, Any] = {}

    def expand(self, patterns: Sequence[str]) -> list[str]:
        """The files that match, sorted for each pattern; `{a,b}` and `{00..99}` stand for several names.

        Raises:
            DataError: Nothing matches a pattern.
        """
        found: list[str] = []
        for pattern in patterns:
            if not is_url(pattern) and os.path.exists(pattern):  # noqa: PTH110 - Path.exists raises for long names
                found.append(pattern)
                continue
            for name in _braces(pattern):
                found.extend(self._matching(name))
                if len(found) > _MOST_FILES:
                    raise DataError(f"{pattern!r} names more than {_MOST_FILES} files")
        return found

    @contextmanager
    def opened(self, path: str) -> Iterator[BinaryIO]:
        """The bytes of a file, from its beginning; those of a gzip file are decompressed.

        Raises:
            DataError: It can't be read.
        """
        with self._errors_of(path), self._raw(path) as raw, io.BufferedReader(raw, _BUFFER) as file:
            if file.peek(2)[:2] == _GZIP:
                with gzip.GzipFile(fileobj=file) as unpacked, io.BufferedReader(unpacked, _BUFFER) as text:
                    yield text
            else:
                yield file

    @contextmanager
    def seekable(self, path: str) -> Iterator[BinaryIO]:
        """The file itself, for libraries that read from places of their own choice.

        Raises:
            DataError: It can't be read.
        """
        with self._errors_of(path), self._raw(path, cache_type="none") as file:
            yield file

    def read(self, path: str, offset: int, size: int) -> bytes:
        """A range of bytes; nothing else is read.

        Raises:
            DataError: It can't be read, or the file is shorter.
        """
        with self._errors_of(path):
            if is_url(path):
                system, name = self._system(path)
                data: bytes = system.cat_file(name, start=offset, end=offset + size)
            else:
                with Path(path).open("rb", buffering=0) as file:
                    data = os.pread(file.fileno(), size, offset)
        if len(data) != size:
            raise DataError(f"{path} must have {size} bytes from byte {offset} on, got {len(data)}: it has changed")
        return data

    def size(self, path: str) -> int:
        """The size of a file in bytes.

        Raises:
            DataError: It is missing.
        """
        with self._errors_of(path):
            if is_url(path):
                system, name = self._system(path)
                return int(system.size(name))
            return Path(path).stat().st_size

    def read_if_there(self, path: str) -> bytes | None:
        """The bytes of a small file; None if it is missing."""
        try:
            if is_url(path):
                system, name = self._system(path)
                return bytes(system.cat_file(name))
            return Path(path).read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None

    def write(self, path: str, data: bytes) -> None:
        """Write a small file: readers see all of it, or the one that was there before.

        Raises:
            DataError: It can't be written.
        """
        try:
            if is_url(path):
                system, name = self._system(path)
                system.pipe_file(name, data)
                return
            target = Path(path)
            target.parent.mkdir(parents=True, exist_ok=True)
            beside = target.with_name(f".{target.name}.{os.getpid()}")
            try:
                beside.write_bytes(data)
                beside.replace(target)
            finally:
                beside.unlink(missing_ok=True)
        except (OSError, NotImplementedError, ValueError) as error:
            raise DataError(f"{path} cannot be written ({error}): name a folder by index_folder") from error

    def _matching(self, name: str) -> list[str]:
        if not is_url(name):
            return [str(path) for path in expand_globs([name])]
        if "*" not in name:
            return [name]
        with self._errors_of(name):
            system, pattern = self._system(name)
            paths = sorted(system.glob(pattern))
        if not paths:
            raise DataError(f"no file matches {name!r}")
        before, chained, _ = name.rpartition("::")
        return [before + chained + str(system.unstrip_protocol(path)).rpartition("::")[2] for path in paths]

    def _raw(self, path: str, **options: Any) -> Any:
        if not is_url(path):
            return Path(path).open("rb", buffering=0)
        system, name = self._system(path)
        return system.open(name, "rb", **options)

    def _system(self, path: str) -> tuple[Any, str]:
        """The file system of a URL, and the path in it."""
        try:
            import fsspec
        except ModuleNotFoundError:
            raise DataError(f"reading {path} needs fsspec: pip install 'tfaip-pipeline[remote]'") from None
        try:
            system, name = fsspec.core.url_to_fs(path, **self._options)
        except ValueError as error:  # a protocol or an option that nobody knows
            raise DataError(f"{path} cannot be read: {error}") from error
        return system, str(name)

    @contextmanager
    def _errors_of(self, path: str) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise DataError(f"{path} is missing") from error
        except ImportError as error:  # fsspec names the package that opens this kind of URL
            raise DataError(f"{path} cannot be read: {error}") from error
        except (OSError, EOFError) as error:
            raise DataError(f"{path} cannot be read: {error}") from error


def _braces(pattern: str) -> Iterator[str]:
    """The texts that `{a,b}` and `{00..99}` stand for."""
    begin = pattern.find("{")
    end = pattern.find("}", begin)
    if begin < 0 or end < 0:
        yield pattern
        return
    inner = pattern[begin + 1 : end]
    if match := _RANGE.match(inner):
        first, last = match.groups()
        words: Iterator[str] = (f"{number:0{len(first)}}" for number in range(int(first), int(last) + 1))
    elif "," in inner:
        words = iter(inner.split(","))
    else:
        words = iter([f"{{{inner}}}"])
    for word in words:
        for rest in _braces(pattern[end + 1 :]):
            yield pattern[:begin] + word + rest
