"""Writes the words and tags of CoNLL files: `python -m examples.ner.write_vocabulary FOLDER LIST ...`.

Without lists they are the words and tags of the generated sentences, which stand in `words.txt` and `tags.txt`.
"""

import sys
from collections import Counter
from pathlib import Path

from examples.ner.conll import read_sentences
from examples.ner.entities import OUTSIDE
from examples.ner.generators import listed_files
from examples.ner.sentences import TAGS, generated_sentence
from tfaip.pipeline.text_files import write_lines

GENERATED = 4000

# A rarer word stays unknown, so that the network learns to do without it.
LEAST = 3


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m examples.ner.write_vocabulary FOLDER LIST ...")
    folder, lists = Path(sys.argv[1]), sys.argv[2:]
    if lists:
        sentences = [sentence for path in listed_files(lists) for sentence in read_sentences(path, needs_tags=True)]
        tags = {tag for sentence in sentences for tag in sentence.tags or []}
        names = sorted(tags | {OUTSIDE}, key=lambda tag: (tag != OUTSIDE, tag.partition("-")[2], tag))
    else:
        sentences, names = [generated_sentence("training", index) for index in range(GENERATED)], TAGS
    counts = Counter(token.lower() for sentence in sentences for token in sentence.tokens)
    folder.mkdir(parents=True, exist_ok=True)
    write_lines(folder / "words.txt", [word for word, count in counts.most_common() if count >= LEAST])
    write_lines(folder / "tags.txt", names)
    print(f"wrote {folder / 'words.txt'} and {folder / 'tags.txt'}")


if __name__ == "__main__":
    main()
