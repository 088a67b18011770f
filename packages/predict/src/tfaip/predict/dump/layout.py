"""The files of a dump, and the words of their format."""

from __future__ import annotations

from pathlib import Path

__all__ = ["ARRAY", "BYTES", "FORMAT", "ITEMS", "NUMBER", "PARTS", "TEXTS", "VERSION", "arrays_of", "lines_of"]

FORMAT = "tfaip-samples"
VERSION = 1
PARTS = ("inputs", "outputs", "targets", "meta")

ARRAY, TEXTS, NUMBER, BYTES, ITEMS = "__array__", "__texts__", "__number__", "__bytes__", "__items__"


def lines_of(folder: Path) -> Path:
    """The file with a line for each sample."""
    return folder / "samples.jsonl"


def arrays_of(folder: Path, chunk: int) -> Path:
    """The file with the arrays of a chunk."""
    return folder / "arrays" / f"{chunk}.npz"
