"""Patches of three photographs that scikit-image carries: brick, grass and gravel."""

import importlib.util
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import numpy as np
from PIL import Image

from tfaip.pipeline import DataError

TEXTURES = ("brick", "grass", "gravel")
PATCH = 64
# Patches of each texture. The photographs are 512 pixels wide: validation sees the right quarter, training the rest.
PATCHES = {"all": 300, "training": 240, "validation": 60}
COLUMNS = {"all": (0, 512), "training": (0, 384), "validation": (384, 512)}


def texture_patches(part: str) -> Iterator[tuple[int, str]]:
    """Yield number and texture of each patch; the textures take turns."""
    for number in range(PATCHES[part]):
        for name in TEXTURES:
            yield number, name


def texture_patch(name: str | None, part: str, number: int) -> np.ndarray:
    """Return a patch, uint8 (64, 64); the same one for the same arguments."""
    assert name is not None
    photograph = _photograph(name)
    rng = np.random.default_rng((TEXTURES.index(name), sorted(PATCHES).index(part), number))
    left, right = COLUMNS[part]
    row = rng.integers(0, photograph.shape[0] - PATCH + 1)
    column = rng.integers(left, right - PATCH + 1)
    return photograph[row : row + PATCH, column : column + PATCH]


@cache
def _photograph(name: str) -> np.ndarray:
    package = importlib.util.find_spec("skimage")
    if package is None or package.origin is None:
        raise DataError("the textures come with the package scikit-image: pip install scikit-image")
    # The file is read directly: importing scikit-image would load SciPy into each worker.
    with Image.open(Path(package.origin).parent / "data" / f"{name}.png") as image:
        return np.asarray(image.convert("L"), np.uint8)
