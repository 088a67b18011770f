"""Numbers of words and characters; unknown ones share a number."""

import string

import numpy as np

__all__ = ["CHARACTERS", "PADDING", "UNKNOWN", "character_numbers", "word_numbers"]

PADDING, UNKNOWN, SPECIAL = 0, 1, 2

_CHARACTERS = {character: number for number, character in enumerate(string.printable.strip(), start=SPECIAL)}

CHARACTERS = len(_CHARACTERS) + SPECIAL

# Longer words are cut; the end tells more than the middle.
LONGEST = 20


def word_numbers(tokens: list[str], numbers: dict[str, int]) -> np.ndarray:
    """Return the numbers of words in lower case, int64 (words,)."""
    return np.array([numbers.get(token.lower(), UNKNOWN) for token in tokens], np.int64)


def character_numbers(tokens: list[str]) -> np.ndarray:
    """Return the numbers of the characters of each word, int64 (words, characters), padded."""
    cut = [token if len(token) <= LONGEST else token[: LONGEST // 2] + token[-LONGEST // 2 :] for token in tokens]
    numbers = np.full((len(cut), max(map(len, cut), default=1)), PADDING, np.int64)
    for row, token in enumerate(cut):
        numbers[row, : len(token)] = [_CHARACTERS.get(character, UNKNOWN) for character in token]
    return numbers
