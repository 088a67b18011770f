"""Runs the notebooks of the documents, as `nox -s notebooks` does: `python docs/run_notebooks.py [--store] [NAME ...]`.

Each notebook runs in a kernel of its own, in an empty folder; an error in a cell ends the run. `--store` writes the
outputs into the notebooks, for the pages. No output may hold a path of this machine, or be large.
"""

from __future__ import annotations

import os
import sys
import tempfile
from pathlib import Path
from typing import Any

import nbformat
from nbclient import NotebookClient

FOLDER = Path(__file__).parent / "notebooks"
LARGEST = 200_000
"""Bytes of a stored notebook."""


def run(file: Path) -> Any:
    """Return the notebook with the outputs of a fresh run.

    Raises:
        CellExecutionError: A cell raised an error.
        ValueError: The outputs hold a path of this machine, or are too large.
    """
    notebook = nbformat.read(file, as_version=4)
    with tempfile.TemporaryDirectory() as folder:
        resources = {"metadata": {"path": folder}}
        NotebookClient(notebook, timeout=600, kernel_name="python3", resources=resources).execute()
        for cell in notebook.cells:
            cell.metadata.pop("execution", None)  # times
        notebook.metadata = {"kernelspec": {"display_name": "Python 3", "language": "python", "name": "python3"}}
        text = nbformat.writes(notebook)
        for place in (folder, tempfile.gettempdir() + os.sep, str(Path.home()), str(Path(__file__).parents[1])):
            if place in text:
                raise ValueError(f"{file.name} shows a path of this machine: {place}")
    if len(text) > LARGEST:
        raise ValueError(f"{file.name} would have {len(text)} bytes with its outputs, at most {LARGEST} are stored")
    return notebook


def main(names: list[str], *, store: bool) -> None:
    """Run the named notebooks, all if none is named, and store their outputs if asked to."""
    for file in sorted(FOLDER.glob("*.ipynb")):
        if names and file.name not in names:
            continue
        notebook = run(file)
        if store:
            nbformat.write(notebook, file)
        print(f"{file.name}: {sum(cell.cell_type == 'code' for cell in notebook.cells)} cells ran")


if __name__ == "__main__":
    words = sys.argv[1:]
    main([word for word in words if word != "--store"], store="--store" in words)
