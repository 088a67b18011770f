"""A confusion matrix as a picture, drawn with Pillow."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from typing import Any

import numpy as np
from PIL import Image, ImageDraw, ImageFont

__all__ = ["confusion_picture"]

DARK, LIGHT, GRID = (8, 48, 107), (247, 251, 255), 200
PAPER, INK = (255, 255, 255), (60, 60, 60)
# Below this size numbers would not fit into a cell; matrices of more classes have cells of colour alone.
CELL_WITH_NUMBERS, LARGEST_WITH_NUMBERS, LARGEST_PICTURE = 30, 30, 1024
FONT, TITLE_FONT, GAP = 12, 14, 5
# A longer name would leave no room for the matrix.
LONGEST_NAME = 40


def confusion_picture(counts: np.ndarray, names: Sequence[str] | None = None) -> np.ndarray:
    """Return a picture of a confusion matrix, uint8 of shape (height, width, 3).

    Each cell shows its share of the true class' row in percent: by colour and, for up to 30 classes, as a number.
    Rows are true classes, columns predicted ones, as the titles of the axes say.

    Args:
        counts: Shape (classes, classes).
        names: Name of each class; by default, its number.
    """
    classes = len(counts)
    numbered = classes <= LARGEST_WITH_NUMBERS
    cell = CELL_WITH_NUMBERS if numbered else max(2, min(CELL_WITH_NUMBERS, LARGEST_PICTURE // classes))
    shown = [_shortened(name) for name in (names or map(str, range(classes)))] if numbered else []
    font, title_font = _font(FONT), _font(TITLE_FONT)
    title = TITLE_FONT + 2 * GAP
    margin = title + max((round(font.getlength(name)) for name in shown), default=0) + (2 * GAP if shown else 0)
    shares = counts / np.maximum(counts.sum(axis=1, keepdims=True), 1e-7)
    colours = np.array(LIGHT) + shares[..., None] * (np.array(DARK) - np.array(LIGHT))
    # Wide enough for the title of the columns, also above a small matrix.
    side = max(classes * cell + 1, round(title_font.getlength("predicted class")) + 2 * GAP)
    picture = np.full((margin + side, margin + side, 3), PAPER[0], np.uint8)
    end = margin + classes * cell
    picture[margin:end, margin:end] = colours.round().astype(np.uint8).repeat(cell, axis=0).repeat(cell, axis=1)
    if numbered:
        picture[margin : end + 1 : cell, margin:end] = picture[margin:end, margin : end + 1 : cell] = GRID
    image = Image.fromarray(picture)
    draw = ImageDraw.Draw(image)
    middle = (margin + end) // 2
    _upright(image, "true class", title // 2, middle, title_font)
    draw.text((middle, title // 2), "predicted class", INK, title_font, anchor="mm")
    for row, name in enumerate(shown):
        place = margin + row * cell + cell // 2
        draw.text((margin - GAP, place), name, INK, font, anchor="rm")
        _upright(image, name, margin - GAP - round(font.getlength(name)) // 2, place, font, is_column=True)
        for column in range(classes):
            if percent := round(100 * shares[row, column]):
                ink = PAPER if shares[row, column] > 0.5 else INK
                draw.text((margin + column * cell + cell // 2, place), str(percent), ink, font, anchor="mm")
    return np.asarray(image)


def _shortened(name: str) -> str:
    return name if len(name) <= LONGEST_NAME else f"{name[: LONGEST_NAME - 1]}…"


def _upright(image: Image.Image, text: str, across: int, along: int, font: Any, *, is_column: bool = False) -> None:
    """Write a text from below to above, around a point: of the left side, or of the top for a column."""
    length = round(font.getlength(text)) + 2
    height = round(font.size) + 4
    written = Image.new("RGB", (length, height), PAPER)
    ImageDraw.Draw(written).text((length // 2, height // 2), text, INK, font, anchor="mm")
    turned = written.rotate(90, expand=True)
    x, y = (along, across) if is_column else (across, along)
    image.paste(turned, (x - height // 2, y - length // 2))


@cache
def _font(size: int) -> Any:
    return ImageFont.load_default(size)
