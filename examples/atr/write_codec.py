"""Writes the characters of transcripts to a file: `python -m examples.atr.write_codec FILE 'FOLDER/*.gt.txt' ...`."""

import sys
from pathlib import Path

from examples.atr.codec import characters_of, read_transcript, write_codec
from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import expand_globs


def main() -> None:
    """The command."""
    if len(sys.argv) < 3:
        sys.exit("usage: python -m examples.atr.write_codec FILE 'FOLDER/*.gt.txt' ...")
    file, *transcripts = sys.argv[1:]
    try:
        characters = characters_of(read_transcript(path) for path in expand_globs(transcripts))
        write_codec(Path(file), characters)
    except DataError as error:
        sys.exit(f"write_codec: error: {error}")
    print(f"{len(characters)} characters are in {file}: {characters!r}")


if __name__ == "__main__":
    main()
