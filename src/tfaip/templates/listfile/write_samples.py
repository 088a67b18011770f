"""Writes sample files and their lists: `python -m tfaip.templates.listfile.write_samples FOLDER`."""

import sys
from pathlib import Path

import numpy as np

from tfaip.pipeline.text_files import write_lines
from tfaip.templates.listfile.params import CLASSES


def write_samples(folder: Path, training: int = 500, validation: int = 100) -> tuple[Path, Path]:
    """Write points, each to a file in the folder of its class, and return the lists of training and validation."""
    rng = np.random.default_rng(1)
    paths = []
    for number in range(training + validation):
        point = rng.uniform(-1, 1, 2)
        path = folder / CLASSES[int(0.4 < np.linalg.norm(point) < 0.9)] / f"{number:04}.npy"
        path.parent.mkdir(parents=True, exist_ok=True)
        np.save(path, point)
        paths.append(path.relative_to(folder).as_posix())
    lists = folder / "train.lst", folder / "val.lst"
    write_lines(lists[0], ["# points to train on", *paths[:training]])
    write_lines(lists[1], ["# points to validate on", *paths[training:]])
    return lists


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m tfaip.templates.listfile.write_samples FOLDER")
    train, val = write_samples(Path(sys.argv[1]))
    print(f"--train.lists {train} --val.lists {val}")


if __name__ == "__main__":
    main()
