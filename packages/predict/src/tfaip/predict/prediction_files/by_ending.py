"""The base of all formats of predictions, and the choice by the ending."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, ClassVar, Self, TextIO

from tfaip.pipeline import Sample
from tfaip.predict.errors import PredictionError

__all__ = ["PredictionFile", "named", "prediction_file"]

_formats: dict[str, type[PredictionFile]] = {}


class PredictionFile(ABC):
    """Writes predicted samples; a context that completes the file at its end.

    A subclass names its endings: `class XMLFile(PredictionFile, endings=[".xml"])`. The file has the ending `.part`
    until it is complete.

    Args:
        path: The file; it must be a new one.
        keys: Names of the outputs to write; all if there is none.

    Raises:
        PredictionError: There is a file at `path` already, or a `.part` of it, or it can't be written.
    """

    endings: ClassVar[list[str]] = []

    def __init_subclass__(cls, *, endings: list[str] | None = None, **keywords: Any) -> None:
        super().__init_subclass__(**keywords)
        if endings is not None:
            cls.endings = endings
            _formats.update(dict.fromkeys(endings, cls))

    def __init__(self, path: str | os.PathLike[str], keys: Sequence[str] = ()) -> None:
        self.path = Path(path)
        self.keys = list(keys)
        self.count = 0
        self._part = self.path.with_name(f"{self.path.name}.part")
        if self.path.exists():
            raise PredictionError(f"predictions must be written to a new file, but there is {self.path} already")
        self._file = self.open()

    def open(self) -> TextIO | None:
        """Return the file to write to; a format of several files returns `None`."""
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            return self._part.open("x", encoding="utf-8", newline="")
        except FileExistsError:
            raise PredictionError(
                f"predictions must be written to a new file, but there is {self._part} of a command that is running or "
                "was stopped: name another file, or delete this one"
            ) from None
        except OSError as error:
            raise PredictionError(f"predictions can't be written to {self.path}: {error.strerror}") from error

    def write(self, sample: Sample) -> None:
        """Add a sample.

        Raises:
            PredictionError: The format can't hold the sample, or it lacks an output that is to be written.
        """
        sample = self._chosen(sample)
        for text in [self.before(sample), self.text(sample)] if self.count == 0 else [self.text(sample)]:
            if self._file is not None:
                self._file.write(text)
        self.count += 1

    def _chosen(self, sample: Sample) -> Sample:
        if not self.keys:
            return sample
        outputs = sample.outputs if isinstance(sample.outputs, Mapping) else {}
        if missing := [key for key in self.keys if key not in outputs]:
            raise PredictionError(
                f"output_keys must name outputs, got {missing[0]!r}; there are {', '.join(map(str, outputs)) or 'none'}"
            )
        return sample.new_outputs({key: outputs[key] for key in self.keys})

    def before(self, sample: Sample) -> str:
        """Return the text before the first sample."""
        del sample
        return ""

    @abstractmethod
    def text(self, sample: Sample) -> str:
        """Return the text of a sample; `self.count` is its position."""

    def after(self) -> str:
        """Return the text after the last sample."""
        return ""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, exc_type: type[BaseException] | None, exc: BaseException | None, traceback: TracebackType | None
    ) -> None:
        if self._file is None:
            return
        with self._file:
            if exc_type is None:
                self._file.write(self.after())
        if exc_type is None:
            self._part.replace(self.path)
        elif not self.count:
            self._part.unlink()


def prediction_file(path: str | os.PathLike[str], keys: Sequence[str] = ()) -> PredictionFile:
    """Return the file of predictions whose format has the ending of `path`.

    Args:
        path: The file; it must be a new one.
        keys: Names of the outputs to write; all if there is none.

    Raises:
        PredictionError: No format has this ending, or the file can't be written.
    """
    ending = Path(path).suffix.lower()
    if ending not in _formats:
        raise PredictionError(
            f"the ending of a file of predictions must be one of {', '.join(sorted(_formats))}, got {os.fspath(path)!r}"
        )
    return _formats[ending](path, keys)


def named(part: Any, default: str) -> dict[str, Any]:
    """Return the values of a part of a sample by name, nested names joined by dots."""
    if part is None:
        return {}
    if not isinstance(part, Mapping):
        return {default: part}
    found: dict[str, Any] = {}
    for key, value in part.items():
        found.update(
            {f"{key}.{name}": item for name, item in named(value, "").items()}
            if isinstance(value, Mapping)
            else {str(key): value}
        )
    return found
