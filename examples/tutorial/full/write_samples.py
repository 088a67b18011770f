"""Writes digits as image files to predict: `python -m examples.tutorial.full.write_samples FOLDER`."""

import sys
from pathlib import Path

from PIL import Image

from examples.tutorial.min.datasets import load_dataset


def write_samples(folder: Path, count: int = 20) -> list[Path]:
    """Write the first held-out digits as PNG files and return their paths, which name their classes."""
    folder.mkdir(parents=True, exist_ok=True)
    images, classes = load_dataset("mnist_5k", "test")
    paths = []
    for number, (image, digit) in enumerate(zip(images[:count], classes[:count], strict=True)):
        path = folder / f"{number:03}_is_{digit}.png"
        Image.fromarray(image).resize((112, 112)).save(path)
        paths.append(path)
    return paths


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m examples.tutorial.full.write_samples FOLDER")
    paths = write_samples(Path(sys.argv[1]))
    print(f"{len(paths)} digits are in {sys.argv[1]}")


if __name__ == "__main__":
    main()
