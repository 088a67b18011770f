"""Writes one part of a prediction, from where it stopped."""

from __future__ import annotations

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, cast

from tfaip.pipeline import Sample
from tfaip.predict.dump.errors import DumpError
from tfaip.predict.dump.layout import arrays_of, lines_of, sealed_line
from tfaip.predict.dump.lines import End, Mark, lines_from
from tfaip.predict.dump.part import MADE_BY, OF_PART, Part, parts_in
from tfaip.predict.dump.reader import DumpReader
from tfaip.predict.dump.writer import DumpWriter

__all__ = ["PartWriter"]

logger = logging.getLogger(__name__)

# All parts are read at once, each with one chunk in memory.
_BYTES_OF_ALL, _MIN_BYTES, _MAX_BYTES = 256 << 20, 1 << 20, 16 << 20


class PartWriter(DumpWriter):
    """Writes the samples of a part; a context that completes the part at its end.

    A part that was cut off goes on behind the last mark that can be read. The folder is locked: a second process that
    writes the same part is refused.

    Args:
        dump: Folder of all parts.
        part: The part.
        made_by: Bundles, input and parameters of the run, plain JSON: parts of another run are refused.

    Attributes:
        is_ended: Whether the part was complete before; nothing is left to be written.
        state: The value of the last mark; None where there is none.

    Raises:
        DumpError: The folder can't be written, holds other files, or holds parts of another run. Or another process
            writes this part.
    """

    def __init__(self, dump: str | os.PathLike[str], part: Part, *, made_by: Mapping[str, Any]) -> None:
        self.part = part
        self.state: Any = None
        self.is_ended = False
        self._dump = Path(dump)
        self._made_by = made_by
        self._lock: BinaryIO | None = None
        super().__init__(part.folder(self._dump), notes={OF_PART: part.note(), MADE_BY: dict(made_by)})
        self._chunk_bytes = min(max(_BYTES_OF_ALL // part.of, _MIN_BYTES), _MAX_BYTES)

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self.is_ended:
            self.close()
        else:
            super().__exit__(exc_type, exc, traceback)

    def close(self) -> None:
        """Write what is left, without marking the part as complete, and unlock it."""
        super().close()
        if self._lock is not None:
            self._lock.close()

    def _opened(self, header: dict[str, Any]) -> BinaryIO:
        if lines_of(self._dump).exists():
            raise DumpError(f"{self._dump} must hold nothing but parts, but it holds a whole dump: name another folder")
        for other in parts_in(self._dump):
            if other.of != self.part.of:
                raise DumpError(
                    f"{self._dump} holds parts of a run in {other.of} parts, so that part {self.part} can't join them: "
                    "name another folder"
                )
        (self.folder / "arrays").mkdir(parents=True, exist_ok=True)
        self._lock = _locked(self.folder)
        try:
            return self._opened_alone(header)
        except BaseException:
            self._lock.close()
            raise

    def _opened_alone(self, header: dict[str, Any]) -> BinaryIO:
        lines = lines_of(self.folder)
        for other in parts_in(self._dump):
            self._require_same_run(other)
        if lines.exists():
            self._resume()
        else:
            # Beside and renamed, so that no part has half a header.
            beside = lines.with_name(f".{lines.name}")
            beside.write_bytes(sealed_line(header))
            beside.replace(lines)
        opened = cast(BinaryIO, lines.open("r+b"))
        opened.seek(0, os.SEEK_END)
        return opened

    def _require_same_run(self, other: Part) -> None:
        if not lines_of(other.folder(self._dump)).exists():
            return
        theirs = DumpReader(other.folder(self._dump)).header.get(MADE_BY)
        if theirs != self._made_by:
            differing = _differing(theirs, self._made_by)
            raise DumpError(
                f"{other.folder(self._dump)} comes from another run, which differs in {differing}: name another "
                "folder, or give the arguments of that run"
            )

    def _resume(self) -> None:
        """Cut the part off behind its last mark, unless it is complete."""
        lines = lines_of(self.folder)
        with lines.open("rb") as file:
            cut = len(file.readline())
        mark: Mark | None = None
        count = 0
        for line in lines_from(self.folder, has_checksums=True):
            if isinstance(line.value, Mark):
                mark, cut, self.count = line.value, line.end, count
            elif isinstance(line.value, End):
                self.is_ended = line.value.samples == count
            elif isinstance(line.value, Sample):
                count += 1
        if mark is not None:
            self.state, self._dtypes = mark.state, dict(mark.dtypes)
        if self.is_ended:
            self.count = count
            return
        with lines.open("r+b") as file:
            file.truncate(cut)
        first = 0 if mark is None else mark.chunk + 1
        self._chunk = type(self._chunk)(first)
        for path in arrays_of(self.folder, first).parent.iterdir():
            stem = path.name.strip(".").partition(".")[0]
            if stem.isdecimal() and int(stem) >= first:
                path.unlink()


def _differing(theirs: Any, ours: Mapping[str, Any]) -> str:
    """The names of the values that differ."""
    theirs = theirs if isinstance(theirs, Mapping) else {}
    return ", ".join(sorted(key for key in {*theirs, *ours} if theirs.get(key) != ours.get(key)))


def _locked(folder: Path) -> BinaryIO:
    """The lock file of a part, held as long as it is open.

    Raises:
        DumpError: Another process holds it.
    """
    file = cast(BinaryIO, (folder / ".lock").open("ab"))
    try:
        import fcntl

        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        file.close()
        raise DumpError(f"another process writes {folder}: wait until it ends, or stop it") from None
    except (ImportError, OSError) as error:
        logger.warning("%s can't be locked (%s): start no other process that writes it", folder, error)
    return file
