"""A confusion matrix, drawn with NumPy."""

from __future__ import annotations

import numpy as np

__all__ = ["confusion_picture"]

# Rows of three pixels, one bit each, of the digits 0 to 9.
DIGITS = ["75557", "26227", "71747", "71717", "55711", "74717", "74757", "71111", "75757", "75717"]
DARK, LIGHT, PAPER, INK = (8, 48, 107), (247, 251, 255), 255, 60
# Below this size numbers would not fit into a cell; matrices of more classes have cells of colour alone.
CELL_WITH_NUMBERS, LARGEST_WITH_NUMBERS, LARGEST_PICTURE = 26, 30, 1024
MARGIN = 22


def confusion_picture(counts: np.ndarray) -> np.ndarray:
    """Return a picture, uint8 (height, width, 3), of counts (classes, classes).

    Each cell shows its share of the true class' row in percent, by colour and, for few classes, as a number. Classes
    are numbered at the left (true) and at the top (predicted).
    """
    classes = len(counts)
    numbered = classes <= LARGEST_WITH_NUMBERS
    cell = CELL_WITH_NUMBERS if numbered else max(2, min(CELL_WITH_NUMBERS, LARGEST_PICTURE // classes))
    margin = MARGIN if numbered else 0
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-7)
    colours = np.array(LIGHT) + shares[..., None] * (np.array(DARK) - np.array(LIGHT))
    picture = np.full((margin + classes * cell + 1, margin + classes * cell + 1, 3), PAPER, np.uint8)
    picture[margin:-1, margin:-1] = colours.round().astype(np.uint8).repeat(cell, axis=0).repeat(cell, axis=1)
    if numbered:
        picture[margin::cell, margin:] = picture[margin:, margin::cell] = 200
        for row in range(classes):
            middle = margin + row * cell + cell // 2
            _write(picture, row, middle, margin // 2, INK)
            _write(picture, row, margin // 2, middle, INK)
            for column in range(classes):
                percent = round(100 * shares[row, column])
                if percent:
                    ink = PAPER if shares[row, column] > 0.5 else INK
                    _write(picture, percent, middle, margin + column * cell + cell // 2, ink)
    return picture


def _write(picture: np.ndarray, number: int, y: int, x: int, ink: int) -> None:
    """Write a number around a point, in digits of 6 by 10 pixels."""
    digits = [np.array([[int(row) >> bit & 1 for bit in (2, 1, 0)] for row in DIGITS[int(d)]]) for d in str(number)]
    spaced = [part for digit in digits for part in (digit, np.zeros((5, 1), int))][:-1]
    mask = np.concatenate(spaced, axis=1).repeat(2, axis=0).repeat(2, axis=1).astype(bool)
    top, left = y - mask.shape[0] // 2, x - mask.shape[1] // 2
    picture[top : top + mask.shape[0], left : left + mask.shape[1]][mask] = ink
