"""Reads samples from a dump, or from a folder of parts."""

from __future__ import annotations

import heapq
import json
import logging
import os
from collections.abc import Iterator
from operator import itemgetter
from pathlib import Path
from typing import Any

from tfaip.params.regular_files import open_regular
from tfaip.pipeline import Sample
from tfaip.predict.dump.errors import DumpError
from tfaip.predict.dump.layout import CHECKSUMS, FORMAT, KIND, VERSION, lines_of, verified
from tfaip.predict.dump.lines import MAX_LINE, Damage, End, lines_from
from tfaip.predict.dump.part import MADE_BY, OF_PART, Part, parts_in

__all__ = ["DumpError", "DumpReader", "missing_parts"]

logger = logging.getLogger(__name__)

# More than the line at the end of a dump has.
_MAX_END = 4096
# So many parts are named that are missing: a run may have thousands.
_SHOWN = 10


class DumpReader:
    """Iterates over the samples of a dump, lazily; nothing in it is executed.

    Of a dump that was cut off, for instance because its writer was killed, everything before the cut is read. A line or
    a chunk of arrays that is damaged is a cut, too.

    A folder of parts is read in the order of the input, once all parts are complete.

    Args:
        folder: The dump, or the folder of the parts.

    Attributes:
        header: The first line; of parts, that of the first part.
        is_complete: Whether the end was read; known after an iteration.

    Raises:
        DumpError: `folder` is no dump, has a newer version, or has a damaged header. Or a part is missing, incomplete,
            or of another run.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.is_complete = False
        self._parts: list[DumpReader] = []
        self._has_checksums = False
        if not lines_of(self.folder).exists() and (parts := parts_in(self.folder)):
            self._parts = _all_parts(self.folder, parts)
            self.header: Any = self._parts[0].header
        else:
            self.header = self._read_header()

    def __iter__(self) -> Iterator[Sample]:
        for _, sample in self.numbered():
            yield sample

    def numbered(self) -> Iterator[tuple[int, Sample]]:
        """Yield the samples, each with the index of the input's element that it comes from; -1 where it is unknown."""
        self.is_complete = False
        if not self._parts:
            yield from self._numbered(must_be_whole=False)
            return
        # Stable: the samples that come from one element are in one part, in their order.
        yield from heapq.merge(*(part._numbered(must_be_whole=True) for part in self._parts), key=itemgetter(0))
        self.is_complete = True

    def _numbered(self, *, must_be_whole: bool) -> Iterator[tuple[int, Sample]]:
        count, problem = 0, "it ends"
        for line in lines_from(self.folder, has_checksums=self._has_checksums):
            if isinstance(line.value, Sample):
                count += 1
                yield line.element, line.value
            elif isinstance(line.value, Damage):
                problem = f"line {line.number} cannot be read: {line.value.reason}"
            elif isinstance(line.value, End):
                self.is_complete = line.value.samples == count
                problem = f"its end, line {line.number}, tells of {line.value.samples} samples"
                if lines_of(self.folder).stat().st_size > line.end:
                    logger.warning(
                        "The dump %s has something behind its end, line %d, that is not read", self.folder, line.number
                    )
        if not self.is_complete:
            if must_be_whole:
                raise DumpError(
                    f"the part {self.folder} is damaged ({problem}): remove it, and predict this part again"
                )
            logger.warning("The dump %s was cut off, it holds %d samples (%s)", self.folder, count, problem)

    def is_ended(self) -> bool:
        """Whether the last line is the end of a dump, without a look at the others."""
        with open_regular(lines_of(self.folder)) as file:
            file.seek(0, os.SEEK_END)
            file.seek(max(file.tell() - _MAX_END, 0))
            last = file.read(_MAX_END).splitlines(keepends=True)[-1]
        try:
            return bool(verified(last)) and "samples" in json.loads(last)
        except (ValueError, RecursionError):
            return False

    def _read_header(self) -> Any:
        lines = lines_of(self.folder)
        try:
            with open_regular(lines) as file:
                first = file.readline(MAX_LINE)
        except FileNotFoundError:
            raise DumpError(f"a dump is a folder with the file {lines.name}, but {self.folder} has none") from None
        except OSError as error:
            raise DumpError(f"the dump {self.folder} can't be read: {lines.name}: {error.strerror}") from None
        seal = verified(first)
        if seal is False:
            raise DumpError(f"{lines}: the header, line 1, is damaged: its checksum differs")
        header = _header(first)
        if not isinstance(header, dict) or header.get("format") != FORMAT:
            raise DumpError(f"{lines} must begin with a header of the format {FORMAT!r}, it does not")
        version = header.get("format_version")
        if not isinstance(version, int) or not 1 <= version <= VERSION:
            raise DumpError(
                f"{lines} is of the version {version!r}, and this tfaip-predict reads {VERSION}: a newer one wrote it"
            )
        self._has_checksums = CHECKSUMS in header
        if self._has_checksums and (seal is None or header[CHECKSUMS] != KIND):
            raise DumpError(f"{lines}: the header, line 1, is damaged: it names checksums, but has none of {KIND}")
        return header


def _all_parts(folder: Path, parts: list[Part]) -> list[DumpReader]:
    """The readers of all parts of a run, in their order.

    Raises:
        DumpError: One is missing, not complete, or of another run.
    """
    counts = sorted({part.of for part in parts})
    if len(counts) > 1:
        raise DumpError(
            f"{folder} must hold the parts of one run, but it holds parts of runs in {' and '.join(map(str, counts))} "
            "parts: move those of one run elsewhere"
        )
    readers: list[DumpReader] = []
    missing: list[int] = []
    half: list[int] = []
    for part in (Part(number, counts[0]) for number in range(counts[0])):
        if not lines_of(part.folder(folder)).exists():
            missing.append(part.number)
            continue
        reader = DumpReader(part.folder(folder))
        if reader.header.get(OF_PART) != part.note():
            raise DumpError(f"{reader.folder} must hold part {part}, but its header tells of another one")
        if readers and reader.header.get(MADE_BY) != readers[0].header.get(MADE_BY):
            raise DumpError(
                f"the parts in {folder} must come from one run, but {reader.folder.name} and {readers[0].folder.name} "
                "differ in their bundles, their input or their parameters"
            )
        readers.append(reader)
        if not reader.is_ended():
            half.append(part.number)
    if missing or half:
        found = [
            f"{_listed(numbers)} {word}" for numbers, word in ((missing, "missing"), (half, "not complete")) if numbers
        ]
        raise DumpError(
            f"{folder} must hold all {counts[0]} parts, but of these are {' and '.join(found)}: predict them by "
            f"--shard {(missing + half)[0]}/{counts[0]}, which goes on where it stopped"
        )
    return readers


def missing_parts(folder: Path, of: int) -> list[int]:
    """The numbers of the parts that are missing or not complete."""
    return [number for number in range(of) if not _is_complete(Part(number, of).folder(folder))]


def _is_complete(folder: Path) -> bool:
    return lines_of(folder).exists() and DumpReader(folder).is_ended()


def _listed(numbers: list[int]) -> str:
    more = f" and {len(numbers) - _SHOWN} more" if len(numbers) > _SHOWN else ""
    return ", ".join(map(str, numbers[:_SHOWN])) + more


def _header(line: bytes) -> Any:
    """The object in the first line, or None if there is none."""
    try:
        return json.loads(line) if line.endswith(b"\n") else None
    except (ValueError, RecursionError):
        return None
