"""The modules of version 0.1 that moved, and where their names are now."""

from __future__ import annotations

__all__ = ["FORMER_MODULES"]

FORMER_MODULES: dict[str, str] = {
    "tfaip.experimenter.command_words": "tfaip.experimenter.commands.command_words",
    "tfaip.experimenter.interpreter": "tfaip.experimenter.commands.interpreter",
    "tfaip.experimenter.main_metric": "tfaip.experimenter.run_folder.main_metric",
    "tfaip.experimenter.plan": "tfaip.experimenter.commands.plan",
    "tfaip.experimenter.queue.cleanup": "tfaip.experimenter.run_folder.checkpoints",
    "tfaip.experimenter.queue.log_tail": "tfaip.experimenter.run_folder.file_ends",
    "tfaip.experimenter.run_files": "tfaip.experimenter.run_folder.file_ends",
    "tfaip.experimenter.run_progress": "tfaip.experimenter.run_folder.progress",
    "tfaip.experimenter.sheet.switches": "tfaip.experimenter.sheet.columns",
    "tfaip.experimenter.slots": "tfaip.experimenter.executors.slots",
    "tfaip.experimenter.status": "tfaip.experimenter.views.status",
    "tfaip.experimenter.updating_listener": "tfaip.experimenter.results.updating",
    "tfaip.experimenter.views.durations": "tfaip.experimenter.views.numbers",
    "tfaip.experimenter.views.metrics": "tfaip.experimenter.views.numbers",
}
