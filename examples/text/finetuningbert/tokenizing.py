"""A tokenizer from either of the files that the vocabulary of a BERT comes in."""

from pathlib import Path

from tokenizers import Tokenizer
from tokenizers.models import WordPiece
from tokenizers.normalizers import BertNormalizer
from tokenizers.pre_tokenizers import BertPreTokenizer
from tokenizers.processors import BertProcessing

from tfaip.pipeline import DataError
from tfaip.pipeline.text_files import read_lines

START, END, UNKNOWN = "[CLS]", "[SEP]", "[UNK]"


def load_tokenizer(path: Path, *, lowercase: bool) -> Tokenizer:
    """Return a tokenizer of pairs, which neither pads nor cuts off.

    Args:
        path: `tokenizer.json` of Hugging Face, or `vocab.txt`, where the number of a line is that of its piece.
        lowercase: Whether the pieces of a `vocab.txt` are in lower case.

    Raises:
        DataError: There is no such file, or it is no vocabulary of a BERT.
    """
    try:
        tokenizer = Tokenizer.from_file(str(path)) if path.suffix == ".json" else _of_pieces(path, lowercase)
    except DataError:
        raise
    except Exception as error:  # the wheel raises nothing more exact
        raise DataError(f"{path} cannot be read as a vocabulary (vocab.txt or tokenizer.json): {error}") from error
    numbers = {piece: tokenizer.token_to_id(piece) for piece in (START, END, UNKNOWN)}
    if missing := [piece for piece, number in numbers.items() if number is None]:
        raise DataError(
            f"the vocabulary of a BERT must hold {START}, {END} and {UNKNOWN}, but {path} lacks {', '.join(missing)}; "
            "`python -m examples.text.finetuningbert.write_vocabulary FILE PAIRS` writes one"
        )
    # A tokenizer.json may come with lengths to pad and to cut to, which are not those of the data.
    tokenizer.no_padding()
    tokenizer.no_truncation()
    tokenizer.post_processor = BertProcessing((END, numbers[END] or 0), (START, numbers[START] or 0))
    return tokenizer


def read_pieces(path: Path) -> list[str]:
    """Return the pieces of a `vocab.txt`; the number of a piece is that of its line, from 0."""
    pieces = read_lines(path)
    while pieces and not pieces[-1]:
        pieces.pop()
    return pieces


def _of_pieces(path: Path, lowercase: bool) -> Tokenizer:
    pieces = read_pieces(path)
    tokenizer = Tokenizer(WordPiece({piece: number for number, piece in enumerate(pieces)}, unk_token=UNKNOWN))
    return with_words_of_bert(tokenizer, lowercase)


def with_words_of_bert(tokenizer: Tokenizer, lowercase: bool) -> Tokenizer:
    """Let a tokenizer tell words apart as BERT does, and return it."""
    tokenizer.normalizer = BertNormalizer(lowercase=lowercase)
    tokenizer.pre_tokenizer = BertPreTokenizer()
    return tokenizer
