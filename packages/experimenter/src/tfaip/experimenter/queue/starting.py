"""How an attempt at a run starts: from its beginning, or going on with what an earlier attempt has left."""

from __future__ import annotations

from pathlib import Path

from tfaip.experimenter.command_words import is_resume_command, is_train_command, restart_words, resume_words
from tfaip.experimenter.queue.entries import Entry

__all__ = ["words_of_attempt"]


def words_of_attempt(entry: Entry) -> list[str]:
    """Return the command line of the attempt that a run has been claimed for.

    The first attempt runs the row's command. A later one of tfaip-train goes on from the checkpoint if there is one,
    with the row's arguments if the row has changed since; otherwise it starts again over what is left in the folder.
    """
    first = entry.attempts <= 1
    if first or not entry.has_output or is_resume_command(entry.words):
        return list(entry.words)
    if is_train_command(entry.words) and _has_checkpoint(entry.folder):
        changed = entry.attempted != entry.words
        return resume_words(entry.words, entry.output_dir, entry.arguments if changed else ())
    return restart_words(entry.words)


def _has_checkpoint(folder: Path) -> bool:
    """Whether there is something to go on from; what was left half written has a name with a dot in front."""
    try:
        entries = [path for path in (folder / "checkpoint").iterdir() if not path.name.startswith(".")]
        return bool(entries) and (folder / "trainer_params.json").is_file()
    except OSError:
        return False
