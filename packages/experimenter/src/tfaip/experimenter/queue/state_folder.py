"""The folder beside a workbook that holds the state of its queue."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from urllib.parse import quote

from tfaip.experimenter.commands.plan import PlannedRun

__all__ = ["StateFolder"]

# File systems take 255 bytes.
LONGEST_NAME = 200


class StateFolder:
    """Paths of the state of a workbook's queue: `runs.xlsx.experimenter/` beside `runs.xlsx`.

    Args:
        workbook: Path of the workbook.
        folder: Where its folder lies instead; one for each workbook, told apart by name and place.
    """

    def __init__(self, workbook: Path, folder: Path | None = None) -> None:
        real = workbook.resolve()
        self.path = real.with_name(f"{real.name}.experimenter")
        if folder is not None:
            place = hashlib.sha256(os.fsencode(real.parent)).hexdigest()[:8]
            self.path = folder.absolute() / f"{real.name[:LONGEST_NAME]}-{place}.experimenter"

    @property
    def database(self) -> Path:
        """State of the queue."""
        return self.path / "queue.sqlite"

    @property
    def attempts(self) -> Path:
        """Records of the attempts that are under way."""
        return self.path / "attempts"

    def folder_of(self, run: PlannedRun) -> Path:
        """Return the folder of a run: the one that its row names, else one here for its console output."""
        return Path(run.folder).absolute() if run.folder else self.run_folder(run.id)

    def run_folder(self, identity: str) -> Path:
        """Return the folder for the console output of a run whose row names no output folder."""
        name = quote(identity, safe=" ").replace("..", "%2E%2E")
        if len(name) > LONGEST_NAME:
            name = f"{name[: LONGEST_NAME // 2]}-{hashlib.sha256(identity.encode()).hexdigest()[:16]}"
        return self.path / "runs" / name
