"""Writes textures as image files: `python -m examples.imageclassification.write_samples FOLDER`."""

import sys
from pathlib import Path

from PIL import Image

from examples.imageclassification.textures import TEXTURES, texture_patch


def write_samples(folder: Path, count: int = 5) -> list[Path]:
    """Write patches of each texture to a folder of its name, as PNG files, and return their paths."""
    paths = []
    for name in TEXTURES:
        (folder / name).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            path = folder / name / f"{number:02}.png"
            Image.fromarray(texture_patch(name, "validation", number)).resize((128, 128)).save(path)
            paths.append(path)
    return paths


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m examples.imageclassification.write_samples FOLDER")
    paths = write_samples(Path(sys.argv[1]))
    print(f"{len(paths)} images are in {sys.argv[1]}")


if __name__ == "__main__":
    main()
