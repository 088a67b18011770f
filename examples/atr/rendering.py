"""Lines of text, rendered with the fonts that matplotlib carries."""

import importlib.util
import re
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw, ImageFilter, ImageFont

from tfaip.pipeline import DataError

FONTS = ("DejaVuSans", "DejaVuSerif", "DejaVuSansMono", "DejaVuSerif-Bold", "DejaVuSans-Oblique", "STIXGeneral")
PARTS = ("training", "validation")
# The last part of the text is for validation.
TRAINING_SHARE = 0.8
MOST_CHARACTERS = 36


def rendered_line(part: str, number: int) -> tuple[np.ndarray, str]:
    """Return a line, uint8 (height, width), dark on light, and its text; the same for the same arguments."""
    rng = np.random.default_rng((PARTS.index(part), number))
    text = line_of_text(part, rng)
    font = _font(FONTS[rng.integers(len(FONTS))], int(rng.integers(24, 33)))
    left, top, right, bottom = font.getbbox(text)
    margin = rng.integers(2, 9, 4)
    size = (int(right - left + margin[0] + margin[1]), int(bottom - top + margin[2] + margin[3]))
    paper, ink = rng.integers(190, 256), rng.integers(0, 90)
    image = Image.new("L", size, int(paper))
    ImageDraw.Draw(image).text((margin[0] - left, margin[2] - top), text, int(ink), font)
    image = image.rotate(rng.uniform(-0.8, 0.8), Image.Resampling.BILINEAR, fillcolor=int(paper))
    if rng.random() < 0.5:
        image = image.filter(ImageFilter.GaussianBlur(rng.uniform(0, 1.2)))
    noisy = np.asarray(image, np.float32) + rng.normal(0, rng.uniform(0, 20), (size[1], size[0]))
    return np.clip(noisy, 0, 255).astype(np.uint8), text


def line_of_text(part: str, rng: np.random.Generator) -> str:
    """Return some words in a row, and sometimes a number."""
    words = _words(part)
    start = int(rng.integers(len(words) - MOST_CHARACTERS))
    most = int(rng.integers(8, MOST_CHARACTERS + 1))
    text = words[start][:most]
    for word in words[start + 1 :]:
        if len(text) + 1 + len(word) > most:
            break
        text += f" {word}"
    if rng.random() < 0.15:
        text += f" {rng.integers(10_000)}"
    return text


@cache
def _words(part: str) -> list[str]:
    # The help of Python's interpreter: English, with punctuation, and wherever Python is. It is read, not imported.
    package = importlib.util.find_spec("pydoc_data")
    assert package is not None
    (folder,) = package.submodule_search_locations or []
    source = (Path(folder) / "topics.py").read_text(encoding="utf-8")
    words = re.findall(r"[!-~]+", re.sub(r"\\n|[\\'\"]", " ", source))
    words = [word for word in words if len(word) < 16 and not re.search(r"[^\w.,;:!?()-]", word)]
    end = int(TRAINING_SHARE * len(words))
    return words[:end] if part == "training" else words[end:]


@cache
def _font(name: str, size: int) -> ImageFont.FreeTypeFont:
    package = importlib.util.find_spec("matplotlib")
    if package is None or package.origin is None:
        raise DataError("the fonts of the rendered lines come with the package matplotlib: pip install matplotlib")
    # The file is read directly: importing matplotlib takes longer than to render a few hundred lines.
    return ImageFont.truetype(str(Path(package.origin).parent / f"mpl-data/fonts/ttf/{name}.ttf"), size)
