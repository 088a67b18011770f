"""Writes the characters of transcripts to a file: `python -m examples.atr.write_codec FILE 'FOLDER/*.gt.txt' ...`."""

import sys
from collections.abc import Iterable
from pathlib import Path

from tfaip.pipeline.generators.line_lists import expand_globs


def characters_of(texts: Iterable[str]) -> str:
    """Return all characters of the texts, in the order of their code points."""
    return "".join(sorted({character for text in texts for character in text.strip()}))


def main() -> None:
    """The command."""
    if len(sys.argv) < 3:
        sys.exit("usage: python -m examples.atr.write_codec FILE 'FOLDER/*.gt.txt' ...")
    file, *transcripts = sys.argv[1:]
    characters = characters_of(path.read_text(encoding="utf-8-sig") for path in expand_globs(transcripts))
    Path(file).write_text(characters + "\n", encoding="utf-8")
    print(f"{len(characters)} characters are in {file}: {characters}")


if __name__ == "__main__":
    main()
