"""The characters that can be read, in a file, and the transcripts that they come from."""

from collections.abc import Iterable
from pathlib import Path

from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import read_lines, read_text, write_lines

__all__ = ["characters_of", "read_codec", "read_transcript", "write_codec"]


def read_transcript(path: Path) -> str:
    """Return the text of a line, without white space around it.

    Raises:
        DataError: The file is no text in UTF-8, or holds several lines.
    """
    written = read_text(path)
    text = written.strip()
    if "\n" in text:
        line = written.count("\n", 0, written.index(text) + text.index("\n")) + 2
        raise DataError(f"{path}:{line}: a transcript must be one line of text, but another line follows")
    return text


def characters_of(texts: Iterable[str]) -> str:
    """Return all characters of the texts, in the order of their code points."""
    return "".join(sorted({character for text in texts for character in text.strip()}))


def write_codec(path: Path, characters: str) -> None:
    """Write a codec, which `read_codec` reads back character by character.

    Raises:
        DataError: It would not come back: there is no character, or one that ends a line.
    """
    if not characters:
        raise DataError(f"{path}: a codec must hold a character, got none")
    write_lines(path, [characters])


def read_codec(path: Path) -> str:
    """Return the characters in the first line of a file, in the order of their labels.

    Raises:
        DataError: The file is no text in UTF-8, or its first line is empty.
    """
    characters = next(iter(read_lines(path)), "")
    if not characters:
        raise DataError(f"{path}:1: the first line of a codec must hold the characters, got an empty line")
    return characters
