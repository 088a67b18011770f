"""Writes rendered lines with their transcripts: `python -m examples.atr.write_samples FOLDER`."""

import sys
from pathlib import Path

from PIL import Image

from examples.atr.rendering import rendered_line
from tfaip.pipeline.text_files import write_lines


def write_samples(folder: Path, count: int = 20, part: str = "validation") -> list[Path]:
    """Write lines as PNG files, each with its text in a `.gt.txt` beside it, and return the images' paths."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for number in range(count):
        line, text = rendered_line(part, number)
        path = folder / f"{number:03}.png"
        Image.fromarray(line).save(path)
        write_lines(path.with_suffix(".gt.txt"), [text])
        paths.append(path)
    return paths


def main() -> None:
    """The command."""
    if len(sys.argv) != 2:
        sys.exit("usage: python -m examples.atr.write_samples FOLDER")
    paths = write_samples(Path(sys.argv[1]))
    print(f"{len(paths)} lines are in {sys.argv[1]}")


if __name__ == "__main__":
    main()
