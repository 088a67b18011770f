"""The start of an attempt at a run: from its beginning, or from the state of an earlier attempt."""

from __future__ import annotations

from tfaip.experimenter.commands.command_words import is_resume_command, is_train_command, restart_words, resume_words
from tfaip.experimenter.queue.entries import Entry
from tfaip.experimenter.queue.store import Store
from tfaip.experimenter.run_folder.checkpoints import PARAMS, has_checkpoint

__all__ = ["words_of_attempt"]

FOUND = "found "


def words_of_attempt(entry: Entry, store: Store) -> list[str]:
    """Return the command line of the attempt that a run has been claimed for.

    The first attempt runs the row's command. A later one of tfaip-train goes on from the checkpoint if there is one,
    with the row's arguments if the row has changed since; otherwise it starts again over what is left in the folder.
    A run that was in the folder before is not the row's: the row's command says what becomes of it.
    """
    if not entry.has_output or is_resume_command(entry.words):
        return list(entry.words)
    is_foreign = _holds_run_of_before(entry, store)
    if entry.attempts <= 1 or is_foreign:
        return list(entry.words)
    if is_train_command(entry.words) and has_checkpoint(entry.folder):
        changed = entry.attempted != entry.words
        return resume_words(entry.words, entry.output_dir, entry.arguments if changed else ())
    return restart_words(entry.words)


def _holds_run_of_before(entry: Entry, store: Store) -> bool:
    """Whether the run in the folder was there before the row was first started in it."""
    try:
        # A run that comes back, since the one that was to replace it has failed, keeps the time of its file.
        now = str((entry.folder / PARAMS).stat().st_mtime_ns)
    except OSError:
        now = ""
    folder, _, found = store.noted(FOUND + entry.id).rpartition(" ")
    if folder != str(entry.folder):
        store.note(FOUND + entry.id, f"{entry.folder} {now}")
        found = now
    return bool(now) and found == now
