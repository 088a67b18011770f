"""Texts as tokens: a token for each printable character of ASCII, and three more."""

import numpy as np

__all__ = ["END", "PADDING", "START", "VOCABULARY", "decode", "encode"]

PADDING, START, END = 0, 1, 2
SPECIAL = 3

FIRST, LAST = ord(" "), ord("~")
UNKNOWN = "?"

VOCABULARY = LAST - FIRST + 1 + SPECIAL


def encode(text: str) -> np.ndarray:
    """Return the tokens of a text, int64 (characters,); a character beyond ASCII becomes a question mark."""
    known = (character if " " <= character <= "~" else UNKNOWN for character in text)
    return np.array([ord(character) - FIRST + SPECIAL for character in known], np.int64)


def decode(tokens: np.ndarray) -> str:
    """Return the text of tokens, int (characters,); padding, start and end are left out."""
    return "".join(chr(token - SPECIAL + FIRST) for token in tokens.tolist() if token >= SPECIAL)
