"""Files of CoNLL: a token and its tag on each line, and an empty line between sentences."""

import io
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from examples.ner.entities import check_tag
from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import lines_of_stream, write_lines

__all__ = ["Place", "Sentence", "places_of", "read_sentences", "sentences_of", "write_sentences"]

BETWEEN_DOCUMENTS = "-DOCSTART-"


class Sentence(NamedTuple):
    """Tokens and their tags, of one length; `tags` is `None` where the file has none.

    Attributes:
        place: File and line of the first token.
        tokens: Words and punctuation.
        tags: Tags such as B-PER, I-PER and O.
    """

    place: str
    tokens: list[str]
    tags: list[str] | None


class Place(NamedTuple):
    """Part of a file that holds a sentence.

    Attributes:
        path: The file.
        offset: First byte.
        size: Number of bytes.
        line: Number of the first line.
    """

    path: Path
    offset: int
    size: int
    line: int

    def read(self, needs_tags: bool) -> Sentence:
        """Return the sentence.

        Raises:
            DataError: The file can't be read, or has changed, or a line has no tag.
        """
        try:
            with self.path.open("rb") as file:
                file.seek(self.offset)
                data = io.BytesIO(file.read(self.size))
        except OSError as error:
            raise DataError(f"{self.path} cannot be read: {error.strerror}") from error
        lines = lines_of_stream(data, str(self.path))
        sentences = list(sentences_of(lines, str(self.path), needs_tags, first=self.line))
        if len(sentences) != 1:
            raise DataError(f"{self.path}:{self.line}: a file must not change while it is read: start again")
        return sentences[0]


def places_of(path: Path) -> list[Place]:
    """Return the place of each sentence in a file, which is read once and not kept.

    Raises:
        DataError: The file can't be read, or is no text in UTF-8.
    """
    places: list[Place] = []
    line, begin, end = 0, 0, 0
    try:
        with path.open("rb") as file:
            for number, text in enumerate(lines_of_stream(file, str(path)), start=1):
                if _is_between(text):
                    if line:
                        places.append(Place(path, begin, end - begin, line))
                    line = 0
                elif not line:
                    line, begin = number, end
                end = file.tell()
    except OSError as error:
        raise DataError(f"{path} cannot be read: {error.strerror}") from error
    if line:
        places.append(Place(path, begin, end - begin, line))
    return places


def read_sentences(path: Path, needs_tags: bool) -> Iterator[Sentence]:
    """Yield the sentences of a file: the first column is the token, the last one the tag.

    Args:
        path: UTF-8; spaces or tabs separate the columns.
        needs_tags: Whether each line must have a tag.

    Raises:
        DataError: The file can't be read, or a line has no tag.
    """
    for place in places_of(path):
        yield place.read(needs_tags)


def sentences_of(lines: Iterable[str], name: str, needs_tags: bool, *, first: int = 1) -> Iterator[Sentence]:
    """Yield the sentences of lines without their ends.

    Args:
        lines: Lines of a file, or of a stream as they arrive.
        name: Name of the file.
        needs_tags: Whether each line must have a tag.
        first: Number of the first line.

    Raises:
        DataError: A line has no tag.
    """
    place, tokens, tags = "", [], []
    for number, line in enumerate(lines, start=first):
        if not _is_between(line):
            columns = line.split()
            if len(columns) == 1 and needs_tags:
                raise DataError(f"{name}:{number}: a line must have a token and a tag, got {line!r}")
            if needs_tags:
                check_tag(columns[-1], f"{name}:{number}")
            place = place or f"{name}:{number}"
            tokens.append(columns[0])
            tags.append(columns[-1])
        elif tokens:
            yield Sentence(place, tokens, tags if needs_tags else None)
            place, tokens, tags = "", [], []
    if tokens:
        yield Sentence(place, tokens, tags if needs_tags else None)


def write_sentences(path: Path, sentences: Iterable[Sentence]) -> None:
    """Write sentences with their tags."""
    lines: list[str] = []
    for sentence in sentences:
        lines += [f"{token} {tag}" for token, tag in zip(sentence.tokens, sentence.tags or [], strict=True)]
        lines.append("")
    write_lines(path, lines)


def _is_between(line: str) -> bool:
    """Whether a line ends a sentence."""
    return not line.strip() or line.split()[0] == BETWEEN_DOCUMENTS
