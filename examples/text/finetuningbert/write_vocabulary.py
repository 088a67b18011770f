"""Learns a vocabulary from tables of pairs: `python -m examples.text.finetuningbert.write_vocabulary FILE PAIRS ...`.

Without pairs it is the vocabulary of the generated sentences, which stands in `vocab.txt`.
"""

import string
import sys
from collections.abc import Iterable

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.trainers import WordPieceTrainer

from examples.text.finetuningbert.generators import read_pairs
from examples.text.finetuningbert.sentences import generated_pair
from examples.text.finetuningbert.tokenizing import END, START, UNKNOWN, with_words_of_bert
from tfaip.pipeline.text_files import expand_globs, write_lines

SPECIAL = ["[PAD]", UNKNOWN, START, END, "[MASK]"]
MOST = 8000
GENERATED = 2000


def learned_vocabulary(sentences: Iterable[str]) -> list[str]:
    """Return pieces in lower case, at most 8,000, from which the words of the sentences are put together."""
    tokenizer = with_words_of_bert(Tokenizer(WordPiece({}, unk_token=UNKNOWN)), lowercase=True)
    # Each character also stands for itself, so that words are known that are in none of the sentences.
    alphabet = list(string.ascii_lowercase + string.digits + string.punctuation)
    trainer = WordPieceTrainer(
        vocab_size=MOST, special_tokens=SPECIAL, initial_alphabet=alphabet, show_progress=False, min_frequency=2
    )
    tokenizer.train_from_iterator(sentences, trainer)
    numbers = tokenizer.get_vocab()
    return sorted(numbers, key=lambda piece: numbers[piece])


def main() -> None:
    """The command."""
    if len(sys.argv) < 2:
        sys.exit("usage: python -m examples.text.finetuningbert.write_vocabulary FILE PAIRS ...")
    file, *tables = sys.argv[1:]
    if tables:
        sentences = [text for path in expand_globs(tables) for pair in read_pairs(path, False) for text in pair[1:3]]
    else:
        sentences = [text for index in range(GENERATED) for text in generated_pair("training", index)[:2]]
    pieces = learned_vocabulary(sentences)
    write_lines(file, pieces)
    print(f"{len(pieces)} pieces are in {file}")


if __name__ == "__main__":
    main()
