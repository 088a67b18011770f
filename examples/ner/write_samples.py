"""Writes generated sentences as CoNLL files with a list: `python -m examples.ner.write_samples FOLDER [COUNT]`."""

import sys
from pathlib import Path

from examples.ner.conll import write_sentences
from examples.ner.sentences import generated_sentence
from tfaip.pipeline.text_files import write_lines


def write_samples(folder: Path, count: int = 400) -> None:
    """Write `train.conll` and `val.conll` of `count` sentences each, and their lists `train.lst` and `val.lst`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, part in (("train", "training"), ("val", "validation")):
        write_sentences(folder / f"{name}.conll", (generated_sentence(part, index) for index in range(count)))
        write_lines(folder / f"{name}.lst", [f"{name}.conll"])


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m examples.ner.write_samples FOLDER [COUNT]")
    write_samples(Path(sys.argv[1]), *map(int, sys.argv[2:3]))


if __name__ == "__main__":
    main()
