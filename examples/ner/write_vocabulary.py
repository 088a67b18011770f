"""Writes the words, characters and tags of CoNLL files: `python -m examples.ner.write_vocabulary FOLDER LIST ...`.

Without lists they are those of the generated sentences, which stand in `words.txt`, `characters.txt` and `tags.txt`.
"""

import string
import sys
from collections import Counter
from pathlib import Path

from examples.ner.conll import read_sentences
from examples.ner.entities import OUTSIDE
from examples.ner.generators import listed_files
from examples.ner.sentences import TAGS, generated_sentence
from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import write_lines

GENERATED = 4000

# A rarer word stays unknown, so that the network learns to do without it.
LEAST = 3


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m examples.ner.write_vocabulary FOLDER LIST ...")
    folder, lists = Path(sys.argv[1]), sys.argv[2:]
    try:
        write_vocabulary(folder, lists)
    except (DataError, OSError) as error:
        sys.exit(f"write_vocabulary: error: {error}")
    print(f"wrote words.txt, characters.txt and tags.txt to {folder}")


def write_vocabulary(folder: Path, lists: list[str]) -> None:
    """Write the three files.

    Args:
        folder: Where they are written.
        lists: Lists of CoNLL files; none for the generated sentences.

    Raises:
        DataError: A file can't be read, or there is no sentence.
        OSError: A file can't be written.
    """
    if lists:
        sentences = [sentence for path in listed_files(lists) for sentence in read_sentences(path, needs_tags=True)]
        tags = {tag for sentence in sentences for tag in sentence.tags or []}
        characters = sorted({character for sentence in sentences for token in sentence.tokens for character in token})
        names = sorted(tags | {OUTSIDE}, key=lambda tag: (tag != OUTSIDE, tag.partition("-")[2], tag))
    else:
        sentences, names = [generated_sentence("training", index) for index in range(GENERATED)], TAGS
        characters = list(string.printable.strip())
    if not sentences:
        raise DataError(f"lists must name files with sentences, got none in {', '.join(lists)}")
    counts = Counter(token.lower() for sentence in sentences for token in sentence.tokens)
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "words.txt", [word for word, count in counts.most_common() if count >= LEAST])
    write_lines(folder / "characters.txt", characters)
    write_lines(folder / "tags.txt", names)


if __name__ == "__main__":
    main()
