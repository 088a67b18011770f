"""Draws images to begin with: `python -m tfaip.templates.images.write_samples FOLDER`."""

import sys
from pathlib import Path

import numpy as np
from PIL import Image, ImageDraw

CORNERS = {"circle": 24, "square": 4, "triangle": 3}


def write_samples(folder: Path, training: int = 100, validation: int = 20) -> None:
    """Draw images of each class to the folders `train` and `val`, and some without a class to `new`."""
    rng = np.random.default_rng(1)
    for part, count in {"train": training, "val": validation, "new": 3}.items():
        for name, corners in CORNERS.items():
            inner = folder / part if part == "new" else folder / part / name
            inner.mkdir(parents=True, exist_ok=True)
            for number in range(count):
                _drawn(corners, rng).save(inner / f"{name}_{number:03}.png")


def _drawn(corners: int, rng: np.random.Generator) -> Image.Image:
    image = Image.new("RGB", (64, 64), tuple(rng.integers(0, 100, 3).tolist()))
    radius = rng.uniform(10, 22)
    x, y = rng.uniform(radius, 64 - radius, 2)
    turned = rng.uniform(0, 360)
    color = tuple(rng.integers(150, 256, 3).tolist())
    ImageDraw.Draw(image).regular_polygon((x, y, radius), corners, rotation=turned, fill=color)
    return image


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tfaip.templates.images.write_samples FOLDER")
    folder = Path(sys.argv[1])
    write_samples(folder)
    print(f"--train.images {folder / 'train'} --val.images {folder / 'val'}")


if __name__ == "__main__":
    main()
