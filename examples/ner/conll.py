"""Files of CoNLL: a token and its tag on each line, and an empty line between sentences."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import read_lines, write_lines

__all__ = ["Sentence", "read_sentences", "write_sentences"]

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


def read_sentences(path: Path, needs_tags: bool) -> Iterator[Sentence]:
    """Yield the sentences of a file: the first column is the token, the last one the tag.

    Args:
        path: UTF-8; spaces or tabs separate the columns.
        needs_tags: Whether each line must have a tag.

    Raises:
        DataError: The file can't be read, or a line has no tag.
    """
    place, tokens, tags = "", [], []
    # The empty line at the end closes the last sentence.
    for number, line in enumerate([*read_lines(path), ""], start=1):
        columns = line.split()
        if columns and columns[0] != BETWEEN_DOCUMENTS:
            if len(columns) == 1 and needs_tags:
                raise DataError(f"{path}:{number}: a line must have a token and a tag, got {line!r}")
            place = place or f"{path}:{number}"
            tokens.append(columns[0])
            tags.append(columns[-1] if len(columns) > 1 else "")
        elif tokens:
            yield Sentence(place, tokens, tags if all(tags) else None)
            place, tokens, tags = "", [], []


def write_sentences(path: Path, sentences: Iterable[Sentence]) -> None:
    """Write sentences with their tags."""
    lines: list[str] = []
    for sentence in sentences:
        lines += [f"{token} {tag}" for token, tag in zip(sentence.tokens, sentence.tags or [], strict=True)]
        lines.append("")
    write_lines(path, lines)
