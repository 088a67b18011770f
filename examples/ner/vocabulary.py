"""Numbers of words and characters; unknown ones share a number."""

import numpy as np

__all__ = ["LONGEST", "PADDING", "SPECIAL", "UNKNOWN", "character_numbers", "numbered", "word_numbers"]

PADDING, UNKNOWN, SPECIAL = 0, 1, 2

# Longer words are cut; the end tells more than the middle.
LONGEST = 20


def numbered(entries: list[str]) -> dict[str, int]:
    """Return the number of each word or character."""
    return {entry: number for number, entry in enumerate(entries, start=SPECIAL)}


def word_numbers(tokens: list[str], numbers: dict[str, int]) -> np.ndarray:
    """Return the numbers of words in lower case, int64 (words,)."""
    return np.array([numbers.get(token.lower(), UNKNOWN) for token in tokens], np.int64)


def character_numbers(tokens: list[str], numbers: dict[str, int]) -> np.ndarray:
    """Return the numbers of the characters of each word, int64 (words, characters), padded."""
    cut = [token if len(token) <= LONGEST else token[: LONGEST // 2] + token[-LONGEST // 2 :] for token in tokens]
    array = np.full((len(cut), max(map(len, cut), default=1)), PADDING, np.int64)
    for row, token in enumerate(cut):
        array[row, : len(token)] = [numbers.get(character, UNKNOWN) for character in token]
    return array
